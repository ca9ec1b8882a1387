"""What the room `memorandum` is seeded with: version 1, the open rules, the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction
from wagtail.models import Site

from coalition.memorandum.models import MemorandumPage, OpenRule, Provision, Section, Version
from coalition.pages.seeding import seed_page
from monitoring.core.models import LANGUAGES
from monitoring.core.seeds import Report, apply

FOLDER = Path(__file__).parent / "seeds"


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def seed_memorandum(report: Report) -> None:
    """The memorandum of 2005 in three languages and what it does not hold. No accession."""
    facts = _read("memorandum.json")
    _seed_version(report, facts)
    for position, rule in enumerate(facts["rules"], start=1):
        _seed_rule(report, position, rule)
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is not None:
        seed_page(
            report,
            key="memorandum.page",
            model=MemorandumPage,
            parent=site.root_page,
            texts=_read("page.json")["texts"],
        )


def _seed_version(report: Report, facts: dict[str, Any]) -> None:
    version = facts["version"]
    row = {
        **_three("name", version["name"]),
        **_three("place", version["place"]),
        **{
            name: version[name] for name in ("adopted_from", "adopted_to", "participants", "source")
        },
    }
    sections = [
        {**_three("name", one["name"]), "provisions": one["provisions"]}
        for one in facts["sections"]
    ]
    provisions = {str(one["number"]): _three("text", one) for one in facts["provisions"]}
    wanted = {"version": row, "sections": sections, "provisions": provisions}

    def current() -> dict[str, Any] | None:
        found = Version.objects.filter(number=version["number"]).first()
        if found is None:
            return None
        return {
            "version": {name: _plain(getattr(found, name)) for name in row},
            "sections": [
                {
                    **{f"name_{code}": getattr(section, f"name_{code}") for code in LANGUAGES},
                    "provisions": [one.number for one in section.provisions.all()],
                }
                for section in found.sections.prefetch_related("provisions")
            ],
            "provisions": {
                str(one.number): {
                    f"text_{code}": getattr(one, f"text_{code}") for code in LANGUAGES
                }
                for one in found.provisions.all()
            },
        }

    @transaction.atomic
    def write() -> None:
        made, _new = Version.objects.update_or_create(number=version["number"], defaults=row)
        made.sections.all().delete()
        for position, one in enumerate(facts["sections"], start=1):
            section = Section(version=made, position=position, **_three("name", one["name"]))
            section.full_clean()
            section.save()
            for number in one["provisions"]:
                provision = Provision(
                    version=made, section=section, number=number, **provisions[str(number)]
                )
                provision.full_clean()
                provision.save()

    apply(report, f"memorandum.version:{version['number']}", wanted, current, write)


def _seed_rule(report: Report, position: int, rule: dict[str, str]) -> None:
    wanted = {**_three("name", rule), "position": position, "rule_kk": ""}

    def current() -> dict[str, Any] | None:
        found = OpenRule.objects.filter(key=rule["key"]).first()
        return {name: getattr(found, name) for name in wanted} if found else None

    def write() -> None:
        OpenRule.objects.update_or_create(key=rule["key"], defaults=wanted)

    apply(report, f"memorandum.rule:{rule['key']}", wanted, current, write)


def _three(field: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{field}_{code}": texts[code] for code in LANGUAGES}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
