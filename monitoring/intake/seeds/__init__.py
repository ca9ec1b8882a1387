"""The rules of relevance that an analyst starts with; nobody has reviewed them yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitoring.core import seeds
from monitoring.decisions.models import Code
from monitoring.intake.models import TopicRule

FILE = Path(__file__).parent / "rules.json"
COLUMNS = (
    "name_kk", "name_ru", "name_en", "phrases_kk", "phrases_ru", "phrases_en",
    "against_kk", "against_ru", "against_en", "points", "against_points", "act_points",
    "title_only", "note",
)  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """The rules of the file: a key, the COLUMNS, and the codes of watched acts."""
    found = []
    for row in seeds.read(FILE):
        values = {
            name: "\n".join(value) if isinstance(value, list) else value
            for name, value in row.items()
        }
        values["acts"] = row.get("acts", [])
        blank = {name: "" for name in COLUMNS if name.startswith(("phrases", "against_", "note"))}
        numbers = {"points": 0, "against_points": 0, "act_points": 0, "title_only": False}
        found.append({**blank, **numbers, **values})
    return found


def seed_rules(report: seeds.Report) -> None:
    """Write each rule; what an analyst changed stays."""
    for row in rows():
        _seed(report, row)


def _seed(report: seeds.Report, row: dict[str, Any]) -> None:
    codes = Code.objects.filter(collection="adilet", value__in=row["acts"])
    acts = {code.value: code.decision_id for code in codes}
    wanted = {name: row[name] for name in COLUMNS} | {"acts": sorted(acts)}
    found = TopicRule.objects.filter(key=row["key"])

    def current() -> dict[str, Any] | None:
        rule = found.first()
        if rule is None:
            return None
        cited = Code.objects.filter(collection="adilet", decision__in=rule.acts.all())
        return {name: getattr(rule, name) for name in COLUMNS} | {
            "acts": sorted(cited.values_list("value", flat=True))
        }

    def write() -> None:
        rule = found.first() or TopicRule(key=row["key"])
        for name in COLUMNS:
            setattr(rule, name, row[name])
        rule.full_clean()
        rule.save()
        rule.acts.set(acts.values())

    seeds.apply(report, f"intake.rule:{row['key']}", wanted, current, write)
