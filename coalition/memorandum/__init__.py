"""Owns the memorandum: its provisions, versions and who signed them.

May import registry and below.
Promises: what stands here was signed; no accession is invented.
"""
