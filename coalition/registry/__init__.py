"""Owns the member organisations: identity, standing, representatives, their pages.

May import pages and below.
Promises: no count mixes founders of 2005 with confirmed members.
"""
