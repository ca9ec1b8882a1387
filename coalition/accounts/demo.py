"""Logins to try the platform with: made in the embedded profile only.

The password of each stands in one file that its owner alone may read. The file is written before
the user: a run that dies between the two finishes at the next.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings

from coalition.accounts.models import User
from coalition.accounts.services import create_user

DEMO = (
    ("Administrator", "administrator@example.org", ""),
    ("Secretariat", "secretariat@example.org", "secretariat"),
    ("Editor", "editor@example.org", "editor"),
    ("Analyst", "analyst@example.org", "analyst"),
    ("Member-editor", "member-editor@example.org", "member-editor"),
    ("Volunteer", "volunteer@example.org", "member"),
)
"""First name, address (a domain reserved for examples), role; without a role: a superuser."""


def addresses() -> frozenset[str]:
    """The addresses of the demonstration's logins."""
    return frozenset(email for _, email, _ in DEMO)


def path() -> Path:
    """The file of the logins."""
    return Path(settings.VAR_DIR) / "demo-logins.txt"


def kept() -> dict[str, str]:
    """Address to password, as the file says; empty when it is lost."""
    if not path().exists():
        return {}
    rows = (line.split("\t") for line in path().read_text(encoding="utf-8").splitlines())
    return {row[1]: row[2] for row in rows if len(row) == 3}


def ensure_demo_users() -> int:
    """Make the users that are missing; never touches one that exists. Returns how many it made."""
    made = 0
    for name, email, role in DEMO:
        if User.objects.filter(email=email).exists():
            continue
        create_user(
            email=email,
            password=kept().get(email) or _keep(name, email),
            first_name=name,
            role=role,
            superuser=not role,
        )
        made += 1
    return made


def lines() -> list[str]:
    """The logins as `make run` prints them; says how to reset one whose password is not kept."""
    known = kept()
    found = []
    for name, email, _ in DEMO:
        if not User.objects.filter(email=email).exists():
            continue
        password = known.get(email) or f"(not kept; reset: manage.py changepassword {email})"
        found.append(f"{name:<14} {email:<27} {password}")
    return found


def _keep(name: str, email: str) -> str:
    password = secrets.token_urlsafe(12)
    with open(path(), "a", encoding="utf-8", opener=_private) as file:
        file.write(f"{name}\t{email}\t{password}\n")
        file.flush()
        os.fsync(file.fileno())
    return password


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
