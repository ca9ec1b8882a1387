"""Turns text into tokens: pure Python, no Django."""
