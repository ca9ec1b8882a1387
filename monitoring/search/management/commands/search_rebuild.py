"""`manage.py search_rebuild`: make a fresh index and put it in place of the current one."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.search import indexing
from monitoring.search.backends.base import EngineError
from monitoring.search.models import Build


class Command(BaseCommand):
    """Searches go on in the old index meanwhile, and changes are written to both."""

    help = "Make a fresh search index and take it into use; the old one answers meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Forward, or back."""
        parser.add_argument(
            "--undo",
            action="store_true",
            help="Stop the index being made; if none is, go back to the one before.",
        )

    def handle(self, *args: Any, undo: bool = False, **options: Any) -> None:
        """Ask for a build and work at it until it is in use; a worker may do part of it."""
        if undo:
            self._undo()
            return
        build = indexing.request_build()
        written = 0
        while True:
            written += indexing.run()
            build.refresh_from_db()
            if build.state == Build.State.CURRENT:
                break
            if build.state != Build.State.BUILDING:
                raise CommandError(f"the index was not made: {build.note}")
            time.sleep(0.2)  # another process holds the lease
        self.stdout.write(f"{build.name} is in use; {written} records written here")

    def _undo(self) -> None:
        try:
            build = indexing.undo_build()
        except EngineError as error:
            raise CommandError(str(error)) from error
        indexing.run()
        self.stdout.write(f"{build.name} is in use")
