"""What the room `accounts` is seeded with: the groups of the roles and, embedded, demo logins."""

from __future__ import annotations

from django.conf import settings

from coalition.accounts.demo import ensure_demo_users
from coalition.accounts.services import sync_groups
from monitoring.core.seeds import Report


def seed_roles(report: Report) -> None:
    """Groups first: what follows may put people in them."""
    sync_groups()
    report.same("accounts.roles")
    if settings.DEMO_LOGINS:
        for _ in range(ensure_demo_users()):
            report.wrote("accounts.demo")


def seed_trees(report: Report) -> None:
    """Once more when the pages stand: some rights hang on them."""
    sync_groups()
    report.same("accounts.trees")
