"""Owns the record: decisions, editions, stage events.

May import evidence and below.
Promises: every public change writes a journal.Change in the same transaction.
"""
