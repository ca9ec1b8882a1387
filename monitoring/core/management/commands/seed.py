"""`manage.py seed`: write the facts the platform starts with; safe to run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from monitoring.core import seeds, sweeps


class Command(BaseCommand):
    """Runs every room's seed; rows that a person changed are left alone and listed."""

    help = "Write or refresh the seeded facts; what a person changed is left alone and reported."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the seeds from the lowest room to the highest."""
        report = seeds.Report()
        with sweeps.one_ring_each():
            for _, run in seeds.all_seeds():
                run(report)
        said = ", ".join(f"{count} {what}" for what, count in sorted(report.counts.items()))
        self.stdout.write(f"seed: {said or 'nothing to do'}")
        for key in report.left_alone:
            self.stdout.write(f"left alone, changed since: {key}")
