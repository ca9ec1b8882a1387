"""`manage.py search_rebuild`: make a fresh index and put it in place of the current one."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.search import indexing
from monitoring.search.models import Build


class Command(BaseCommand):
    """Searches go on in the old index meanwhile, and changes are written to both."""

    help = "Make a fresh search index and take it into use; the old one answers meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for a build and work at it until it is in use; a worker may do part of it."""
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
