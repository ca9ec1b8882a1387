"""`manage.py sweep [NAME …]`: run periodic work by hand or from cron."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.core import sweeps


class Command(BaseCommand):
    """Runs the named sweeps, or all of them once."""

    help = "Run periodic work once: the named sweeps, or all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Names of sweeps; none means all."""
        parser.add_argument("names", nargs="*")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        """Run them in order of name and say how many rows each did."""
        known = {sweep.name: sweep for sweep in sweeps.all_sweeps()}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise CommandError(f"unknown sweep {', '.join(unknown)}; there are: {', '.join(known)}")
        failed = []
        for name in names or list(known):
            try:
                self.stdout.write(f"{name}: {known[name].run()}")
            except Exception as error:  # one broken sweep must not keep the others from running
                failed.append(name)
                self.stderr.write(f"{name}: {type(error).__name__}: {error}")
        if failed:
            raise CommandError(f"failed: {', '.join(failed)}")
