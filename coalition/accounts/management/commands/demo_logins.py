"""`manage.py demo_logins`: the logins made for trying the platform."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from coalition.accounts import demo


class Command(BaseCommand):
    """Prints nothing where no such login exists (production)."""

    help = "Print the logins made for trying the platform."

    def handle(self, *args: Any, **options: Any) -> None:
        """One login a line: name, address, password."""
        for line in demo.lines():
            self.stdout.write(line)
