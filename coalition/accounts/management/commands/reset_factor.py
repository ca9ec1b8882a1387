"""`manage.py reset_factor ADDRESS`: for the administrator who has lost telephone and codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coalition.accounts.factor_services import reset_factor
from coalition.accounts.models import User


class Command(BaseCommand):
    """Takes a person's second factor away; logged, and told by mail."""

    help = "Take a person's second factor away; it is set up anew at the next sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        """The address the person signs in with."""
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for an address that no account has."""
        user = User.objects.filter(email=options["address"].strip().lower()).first()
        if user is None:
            raise CommandError("No account has this address.")
        reset_factor(user=user, by=None)
        self.stdout.write("The second factor is reset.")
