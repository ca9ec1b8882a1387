"""Reads of the room `website`: what the home page and plain pages gather."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Window
from wagtail.models import Page

from coalition.memorandum.models import Version
from coalition.pages.selectors import in_language
from coalition.registry.models import Organisation, Standing
from coalition.website.frame import address, links
from coalition.website.models import HomePage, StandardPage
from monitoring.core import sections
from monitoring.decisions.models import Decision, StageEvent
from monitoring.decisions.selectors import for_rows, titles
from monitoring.vocabulary.models import Verified

LATEST = 4
"""Rows of the record on the home page."""


@dataclass(frozen=True)
class Step:
    """One step of the law's path: the words are the home page's, all else the record's."""

    year: int | None
    text: str
    url: str
    stopped: bool = False
    doubt: str = ""
    """How sure the record is, in words; empty if checked against an official text."""


def children_of(page: StandardPage) -> list[Page]:
    """The pages below a plain page that exist in its language, in the editors' order."""
    return list(in_language(page.get_children(), page.locale.language_code).specific())


def home_context(page: HomePage) -> dict[str, Any]:
    """What the home page shows of the rooms below. Seven queries and those of the sections."""
    language = page.locale.language_code
    newest = Decision.objects.public().newest_first().annotate(of=Window(Count("pk")))
    decisions = list(for_rows(newest)[:LATEST])
    total = next((getattr(one, "of", 0) for one in decisions), 0)
    return {
        "rows": titles(decisions, language),
        "decision_count": total,
        "steps": law_path(page),
        **_counts(),
        "links": links(("members", "memorandum", "funding"), language),
        "sections": sections.collect("home", [0], language)[0],
    }


def _counts() -> dict[str, int]:
    """Founders of 2005 and members confirmed by now; never added up. One query."""
    return Organisation.objects.with_standing().aggregate(
        founders=Count("pk", filter=Q(number__isnull=False)),
        confirmed=Count("pk", filter=Q(standing_kind=Standing.Kind.CONFIRMED)),
    )


def law_path(page: HomePage) -> list[Step]:
    """The steps whose key the record holds, in the page's order. Three queries at most."""
    wanted = [(str(block.value["key"]), str(block.value["text"])) for block in page.path_of_law]
    keys = [key for key, _text in wanted]
    language = page.locale.language_code
    known = {**_acts(keys, language), **_stages(keys, language), **_versions(keys, language)}
    return [
        Step(year=found[0], text=text, url=found[1], stopped=found[2], doubt=found[3])
        for key, text in wanted
        if (found := known.get(key)) is not None
    ]


Found = tuple[int | None, str, bool, str]


def _acts(keys: list[str], language: str) -> dict[str, Found]:
    found = Decision.objects.public().filter(key__in=keys).select_related("kind", "status")
    return {
        str(one.key): (
            one.year,
            one.address_in(language),
            one.status is not None and one.status.key == "withdrawn",
            _doubt(one.verified),
        )
        for one in found
    }


def _stages(keys: list[str], language: str) -> dict[str, Found]:
    found = StageEvent.objects.filter(
        key__in=keys, void=False, replaced_by=None, decision__is_public=True
    ).select_related("stage", "decision__kind")
    return {
        str(one.key): (
            one.date.year if one.date else None,
            one.decision.address_in(language),
            one.stage.ends,
            _doubt(one.verified),
        )
        for one in found
    }


def _versions(keys: list[str], language: str) -> dict[str, Found]:
    """The coalition's own step, "memorandum-1": no record of the tracker."""
    if not any(key.startswith("memorandum-") for key in keys):
        return {}
    url = address("memorandum", language)
    return {
        f"memorandum-{one.number}": (one.adopted_from.year, url, False, "")
        for one in Version.objects.all()
    }


def _doubt(verified: str) -> str:
    return "" if verified == Verified.YES else str(Verified(verified).label)
