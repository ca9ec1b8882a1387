"""Owns what every page shares: base page, body blocks, language honesty, Wagtail's signals.

May import accounts and below.
Promises: a page exists in a language only when its translation is complete or confirmed.
"""
