"""Reads of the room `vocabulary`: the districts of a choice, grouped by region."""

from __future__ import annotations

from typing import Any

from monitoring.core.text import kazakh_key
from monitoring.vocabulary.models import District


def districts_by_region(language: str) -> list[dict[str, Any]]:
    """Every region with its districts, for a grouped `<select>`: one query.

    `[{"label": str, "districts": [{"code", "label"}, …]}, …]`, both levels in the order of the
    Kazakh alphabet of their names in `language`. A region without districts is left out.
    """
    groups: dict[str, list[dict[str, str]]] = {}
    rows = District.objects.values_list("code", f"name_{language}", f"region__name_{language}")
    for code, label, region in rows:
        groups.setdefault(region, []).append({"code": code, "label": label})
    return [
        {
            "label": region,
            "districts": sorted(groups[region], key=lambda one: kazakh_key(one["label"])),
        }
        for region in sorted(groups, key=kazakh_key)
    ]


def district_by_code(code: str) -> District | None:
    """A district with its region by our own code; one query."""
    return District.objects.select_related("region").filter(code=code).first()
