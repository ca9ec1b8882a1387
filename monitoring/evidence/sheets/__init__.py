"""Owns spreadsheets as bytes: strangers' XLSX and CSV read apart from the site, our own written.

May import the sandbox and core. Promises: what cannot be read is refused in words, within bounds.
"""
