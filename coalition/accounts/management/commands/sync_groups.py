"""`manage.py sync_groups`: make the groups of the roles say what the list of roles says."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from coalition.accounts.services import sync_groups


class Command(BaseCommand):
    """Idempotent; run after an update that adds a role, a model or a tree of pages."""

    help = "Make the groups of the roles say exactly what the list of roles says."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each role and its number of permissions."""
        for role, count in sync_groups().items():
            self.stdout.write(f"{role}: {count}")
