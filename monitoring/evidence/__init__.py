"""Owns sources, fetches, snapshots and the only door to the outside.

May import institutions and below.
Promises: bytes are kept with their hash; no request goes to a private address.
"""
