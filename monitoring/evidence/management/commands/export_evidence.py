"""`manage.py export_evidence FILE`: every saved copy as WARC 1.1, for archives and doubters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from monitoring.evidence import archive
from monitoring.evidence.chain import fetched_text
from monitoring.evidence.models import Snapshot, Source


def copies(ends: dict[int, tuple[int, str]]) -> Iterator[archive.Copy]:
    """Every saved copy up to the given ends, in the order of the chains."""
    for source, (length, _) in sorted(ends.items()):
        rows = Snapshot.objects.filter(source=source, position__lte=length).order_by("position")
        for row in rows.select_related("blob").iterator(chunk_size=20):
            yield archive.Copy(
                source, row.position, row.previous, row.link, row.url,
                fetched_text(row), row.headers, row.blob.raw,
            )  # fmt: skip


class Command(BaseCommand):
    """Writes the file beside its name first, so that half an export never has the name."""

    help = "Write every saved copy as WARC 1.1; monitoring/evidence/archive.py verifies the file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to write."""
        parser.add_argument("file", help="for example evidence.warc.gz")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say the hash to keep."""
        target = Path(options["file"])
        rows = Source.objects.exclude(chain_head="").order_by("pk")
        ends = {
            pk: (length, head)
            for pk, length, head in rows.values_list("pk", "chain_length", "chain_head")
        }
        if not ends:
            raise CommandError("there are no saved copies yet")
        last = Snapshot.objects.latest("fetched_at")
        half = target.with_name(target.name + ".part")
        with half.open("wb") as out:
            number = archive.write(out, copies(ends), ends, fetched_text(last))
        half.replace(target)
        self.stdout.write(f"{number} saved copies; hash over all: {archive.head_of(ends)}")
