"""`manage.py search_embed`: embed the records that wait, beside the worker's sweep."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.search.semantic import job
from monitoring.search.semantic.site import is_installed, is_on


class Command(BaseCommand):
    """Goes on until nothing waits; may be killed at any moment and begun again."""

    help = "Embed the records for ordering by meaning, and say how far it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long, and whether to look at every record first."""
        parser.add_argument("--seconds", type=float, default=0, help="stop after so long")
        parser.add_argument("--status", action="store_true", help="only say how far it is")

    def handle(self, *args: Any, seconds: float, status: bool, **options: Any) -> None:
        """Compare, embed, file; a line after each round."""
        if not is_on():
            raise CommandError("SEARCH_SEMANTIC is off: nothing is ordered by meaning.")
        if not is_installed():
            raise CommandError(
                "Its packages are missing: "
                "pip install --require-hashes -r requirements-semantic.txt"
            )
        if status:
            self._say()
            return
        job.compare()
        until = time.monotonic() + seconds if seconds else float("inf")
        before = -1
        while time.monotonic() < until:
            done = job.run(min(job.SECONDS, until - time.monotonic()))
            self._say()
            now = job.progress()
            if not done and now.done == before:
                break
            before = now.done
        if job.progress().done < job.progress().records and time.monotonic() < until:
            raise CommandError("Some records wait still: another works on them, or see the log.")

    def _say(self) -> None:
        now = job.progress()
        self.stdout.write(
            f"{now.done} of {now.records} records have their vectors ({now.share} %), "
            f"{now.failed} given up"
        )
