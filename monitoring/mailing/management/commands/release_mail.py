"""Lets mail go again after the brake or a restored backup, or cancels what waits."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from monitoring.mailing import gate
from monitoring.mailing.models import Gate


class Command(BaseCommand):
    """`manage.py release_mail [--cancel] [--by NAME]`: the same as the buttons in the admin."""

    help = "Let mail go again after the brake or a restored backup."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the command takes."""
        parser.add_argument("--cancel", action="store_true", help="what waits never leaves")
        parser.add_argument(
            "--by", default="", help="name for the record; default: who is logged in"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Release, or say that nothing is stopped."""
        # The worker may not have looked yet: on a machine of its own this command notices too.
        gate.is_silent(gate.load())
        state = Gate.objects.get(pk=1)
        if not (state.silent_since or state.brake_since):
            self.stdout.write("The mail moves; there is nothing to release.")
            return
        for sentence in filter(
            None, (state.get_silent_why_display(), state.brake_since and "braked")
        ):
            self.stdout.write(f"Stopped: {sentence}.")
        by = options["by"] or getpass.getuser()
        cancelled = gate.release_mail(by=by, cancel=options["cancel"])
        self.stdout.write(f"Released by {by}; {cancelled} mails cancelled.")
