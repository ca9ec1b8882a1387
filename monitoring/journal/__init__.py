"""Owns what became public, before and after, the errors reported to us and the corrections made.

May import search and below.
Promises: a change is never rewritten or removed; an answer reaches who reported the error.
"""
