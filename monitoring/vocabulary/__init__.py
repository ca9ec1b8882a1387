"""Owns reference words shared by all: topics and regions.

May import core.
Promises: every label stands in Kazakh, Russian and English.
"""
