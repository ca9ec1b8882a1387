"""Takes an address off the list of those that get no mail."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from monitoring.mailing.addresses import normalise
from monitoring.mailing.services import lift_suppression


class Command(BaseCommand):
    """`manage.py lift_address ADDRESS`: after its owner has mended the mailbox, or asked."""

    help = "Let an address have mail again."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the command takes."""
        parser.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Lift, or say that the address was not refused."""
        try:
            address = normalise(options["address"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        lifted = lift_suppression(address=address)
        self.stdout.write("Lifted." if lifted else "This address was not refused.")
