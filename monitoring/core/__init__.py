"""Owns clock, text, labels in three languages, registries, heartbeat and health.

May import nothing of this project.
Promises: importing it has no side effects.
"""
