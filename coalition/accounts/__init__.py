"""Owns people who sign in: user, roles and their groups.

May import monitoring, never a coalition room.
Promises: one list of roles; groups are remade by one idempotent command.
"""
