"""Owns the public pages of the record: lists, decision pages, feeds.

May import digests and below, not api.
Promises: public addresses are permanent.
"""
