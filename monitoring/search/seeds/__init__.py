"""The synonyms that search starts with; editors keep them afterwards."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from monitoring.core import seeds
from monitoring.search.models import Synonym

FIELDS = ("terms_kk", "terms_ru", "terms_en", "opaque", "note")
FILE = Path(__file__).parent / "synonyms.csv"


def rows() -> list[dict[str, Any]]:
    """The rows of the file: a key and the values of FIELDS; terms stand one a line."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            {
                "key": row["key"],
                **{
                    name: "\n".join(part.strip() for part in row[name].split(";") if part.strip())
                    for name in ("terms_kk", "terms_ru", "terms_en")
                },
                "opaque": row["opaque"] == "yes",
                "note": row["note"],
            }
            for row in csv.DictReader(file)
        ]


def seed_synonyms(report: seeds.Report) -> None:
    """Write each synonym, active and not reviewed; what an editor changed stays."""
    for row in rows():
        _seed(report, row)


def _seed(report: seeds.Report, row: dict[str, Any]) -> None:
    values = {name: row[name] for name in FIELDS}

    def current() -> dict[str, Any] | None:
        found = Synonym.objects.filter(key=row["key"]).values(*FIELDS).first()
        return dict(found) if found else None

    def write() -> None:
        Synonym.objects.update_or_create(key=row["key"], defaults=values)

    seeds.apply(report, f"search.synonym:{row['key']}", values, current, write)
