"""Seeding that never overwrites a person's work.

Each seeded row keeps the hash of what the seed wrote. A row that still reads so follows the seed's
newer text; a row that a person changed is left alone and reported.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from django.db import models, transaction

if TYPE_CHECKING:
    from monitoring.core.models import SeedRecord

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
    said = _verdict(has, wanted, record)
    if said == "same":
        if record is None or record.digest != digest(has):
            SeedRecord.objects.update_or_create(key=key, defaults={"digest": digest(has)})
        report.same(key)
    elif said == "write":
        with transaction.atomic():  # a row that is half written would look like a person's
            write()
            SeedRecord.objects.update_or_create(key=key, defaults={"digest": digest(current())})
        report.wrote(key)
    else:
        report.kept(key)


def _verdict(has: Any, wanted: Any, record: SeedRecord | None) -> Literal["same", "write", "kept"]:
    """Whether a row reads as the seed says, is to be written, or is a person's."""
    if has is not None and digest(has) == digest(wanted):
        return "same"
    never_seeded = record is None and has is None
    untouched = record is not None and has is not None and digest(has) == record.digest
    return "write" if never_seeded or untouched else "kept"


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a seed file (JSON, UTF-8)."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def apply_rows(
    report: Report,
    name: str,
    model: type[models.Model],
    by: str,
    rows: Iterable[dict[str, Any]],
) -> None:
    """`apply` for plain rows of reference data, all of them at once: a row that stands costs none.

    Each of `rows` holds the columns of one (`kind_id`, not `kind`), which its column `by` names:
    its key is "`name`:that".
    Raises ValidationError for a row that the model refuses, IntegrityError for one that the
    database does.
    """
    from monitoring.core.models import SeedRecord

    wanted = {row[by]: row for row in rows}
    keys = {one: f"{name}:{one}" for one in wanted}
    records = SeedRecord.objects.in_bulk(list(keys.values()))
    noted = set[Any]()
    with transaction.atomic():
        stand = _standing(model, by, wanted)
        for one, values in wanted.items():
            has = _part(stand.get(one), values)
            record = records.get(keys[one])
            said = _verdict(has, values, record)
            if said == "kept":
                report.kept(keys[one])
            elif said == "same":
                report.same(keys[one])
                if record is None or record.digest != digest(has):
                    noted.add(one)
            else:
                row = stand.get(one) or model()
                for column, value in values.items():
                    setattr(row, column, value)
                row.full_clean(validate_unique=False, validate_constraints=False)
                row.save()
                report.wrote(keys[one])
                noted.add(one)
        # Read again: a number or a date may come back in another form than it was given in.
        stand = _standing(model, by, noted)
        now = [
            SeedRecord(key=keys[one], digest=digest(_part(stand[one], wanted[one])))
            for one in wanted
            if one in noted
        ]
        SeedRecord.objects.bulk_create(
            now, update_conflicts=True, unique_fields=["key"], update_fields=["digest", "at"]
        )


def _standing(model: type[models.Model], by: str, names: Iterable[Any]) -> dict[Any, models.Model]:
    found = model._default_manager.filter(**{f"{by}__in": list(names)})
    return {getattr(row, by): row for row in found}


def _part(row: models.Model | None, wanted: Iterable[str]) -> dict[str, Any] | None:
    return None if row is None else {column: getattr(row, column) for column in wanted}
