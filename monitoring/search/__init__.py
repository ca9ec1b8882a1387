"""Owns the analyser, the query, the index and its outbox; knows no domain.

May import mailing and below.
Promises: what is unpublished is never found; both engines answer alike.
"""
