"""Owns what came in and waits for a person: connectors, candidates.

May import decisions and below.
Promises: the same entry never becomes two candidates; nothing received is lost.
"""
