"""`manage.py verify_evidence`: prove that no saved copy was changed, removed or moved."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.evidence.chain import verify
from monitoring.evidence.models import Snapshot


class Command(BaseCommand):
    """Walks all chains; exit status 1 and one line a fault when something does not fit."""

    help = "Check every saved copy against its hash and its place in its source's chain."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the faults, or how many copies are sound."""
        faults = list(verify())
        for fault in faults:
            self.stdout.write(f"source {fault.source}, copy {fault.position}: {fault.what}")
        if faults:
            raise CommandError(f"{len(faults)} faults")
        self.stdout.write(f"{Snapshot.objects.count()} saved copies, all sound")
