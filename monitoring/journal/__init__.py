"""Owns the append-only list of what became public, before and after.

May import search and below.
Promises: a row is never changed or removed.
"""
