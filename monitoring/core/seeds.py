"""Seeding that never overwrites a person's work.

Each seeded row keeps the hash of what the seed wrote. A row that still reads so follows the seed's
newer text; a row that a person changed is left alone and reported.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import models, transaction

_seeds: dict[str, tuple[int, Callable[[Report], None]]] = {}


class Report:
    """What a run of the seeds did, row by row."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.left_alone: list[str] = []

    def wrote(self, key: str) -> None:
        """A row was made or brought up to date."""
        self.counts["written"] += 1

    def same(self, key: str) -> None:
        """A row already read as the seed says."""
        self.counts["unchanged"] += 1

    def kept(self, key: str) -> None:
        """A row that a person changed was left alone."""
        self.counts["left alone"] += 1
        self.left_alone.append(key)


def register(name: str, order: int, run: Callable[[Report], None]) -> None:
    """Make a room's seed known; lower orders run first (lower rooms before higher ones)."""
    _seeds[name] = (order, run)


def all_seeds() -> list[tuple[str, Callable[[Report], None]]]:
    """Every seed in its order."""
    return [(name, run) for name, (_, run) in sorted(_seeds.items(), key=lambda item: item[1][0])]


def digest(values: Any) -> str:
    """The hash of what a seed writes or of what a row holds: JSON with sorted keys, SHA-256."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def apply(
    report: Report,
    key: str,
    wanted: Any,
    current: Callable[[], Any | None],
    write: Callable[[], None],
) -> None:
    """Bring one row to what the seed says, unless a person changed it.

    `key` names the row for ever ("institutions.body:senate"); `wanted` is what the seed says;
    `current()` reads the same values back from the row, or None if it is missing; `write()` makes
    or updates it. A row that a person removed stays removed and is reported.
    """
    from monitoring.core.models import SeedRecord

    record = SeedRecord.objects.filter(key=key).first()
    has = current()
    as_seed_says = has is not None and digest(has) == digest(wanted)
    never_seeded = record is None and has is None
    untouched = record is not None and has is not None and digest(has) == record.digest
    if as_seed_says:
        SeedRecord.objects.update_or_create(key=key, defaults={"digest": digest(has)})
        report.same(key)
    elif never_seeded or untouched:
        with transaction.atomic():  # a row that is half written would look like a person's
            write()
            SeedRecord.objects.update_or_create(key=key, defaults={"digest": digest(current())})
        report.wrote(key)
    else:
        report.kept(key)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a seed file (JSON, UTF-8)."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def apply_row(
    report: Report, key: str, model: type[models.Model], by: str, wanted: dict[str, Any]
) -> None:
    """`apply` for a plain row of reference data: `wanted` are its columns, `by` names it.

    Raises ValidationError for a row that the model refuses.
    """
    rows = model._default_manager.filter(**{by: wanted[by]})

    def write() -> None:
        row = rows.first() or model()
        for column, value in wanted.items():
            setattr(row, column, value)
        row.full_clean()
        row.save()

    apply(report, key, wanted, lambda: rows.values(*wanted).first(), write)
