"""What a role may do: each room says it of its own models; one command makes the groups."""

from __future__ import annotations

from collections import defaultdict

ROLES = (
    "member",
    "member-editor",
    "editor",
    "analyst",
    "translator",
    "moderator",
    "secretariat",
    "administrator",
)
"""The one list of roles. Members have no admin; superusers stand outside the list."""

_granted: dict[str, set[str]] = defaultdict(set)


def register(role: str, *permissions: str) -> None:
    """Grant a role permissions named `app_label.codename`. Raises ValueError if unknown."""
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}")
    _granted[role].update(permissions)


def granted(role: str) -> frozenset[str]:
    """The permissions that the rooms have granted a role."""
    return frozenset(_granted[role])
