"""Reads delivery reports and complaints: from a folder, a mailbox file, or a pipe."""

from __future__ import annotations

import mailbox
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from monitoring.mailing.bounces import read_report

LARGEST = 5 * 1024 * 1024
"""Bytes; what is longer is no report."""


class Command(BaseCommand):
    """`manage.py read_bounces PATH`: a maildir, an mbox, a folder of .eml, or `-` for a pipe."""

    help = "Read delivery reports (RFC 3464) and complaints (RFC 5965)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What the command takes."""
        parser.add_argument("path", help="maildir, mbox, folder of .eml files, or - for stdin")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read all; a report read before changes nothing, so nothing has to be moved away."""
        counts: Counter[str] = Counter()
        for raw in _messages(options["path"]):
            counts[read_report(raw=raw) if len(raw) <= LARGEST else "too long"] += 1
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
        self.stdout.write(told or "no message")


def _messages(path: str) -> Iterator[bytes]:
    if path == "-":
        yield sys.stdin.buffer.read(LARGEST + 1)
        return
    place = Path(path)
    if (place / "new").is_dir():
        for folder in ("new", "cur"):
            for file in sorted((place / folder).glob("*")):
                yield file.read_bytes()
    elif place.is_dir():
        for file in sorted(place.glob("*.eml")):
            yield file.read_bytes()
    elif place.is_file():
        for message in mailbox.mbox(place, create=False):
            yield message.as_bytes()
    else:
        raise CommandError(f"there is nothing at {path}")
