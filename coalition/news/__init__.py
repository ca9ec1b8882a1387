"""Owns the coalition's news pages.

May import memorandum and below.
Promises: a news item shows in a language only when it is whole there.
"""
