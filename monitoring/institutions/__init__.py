"""Owns public bodies and dated events, in Popolo's vocabulary.

May import journal and below.
Promises: what exists is data with dates.
"""
