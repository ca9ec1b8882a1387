"""Reads of the room `memorandum`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from coalition.memorandum.models import Accession, MemorandumPage, OpenRule, Provision, Version
from coalition.pages.selectors import in_language
from coalition.registry.selectors import founders, named
from monitoring.core.models import LANGUAGES
from monitoring.core.sections import Section
from monitoring.decisions.text import redline


def memorandum_context(
    language: str, request: HttpRequest | None = None, version: Version | None = None
) -> dict[str, Any]:
    """A version (the newest) with its parts, who acceded, the open rules, the founders of 2005.

    Five queries, and those of the registry's lists.
    """
    versions = list(Version.objects.adopted())
    newest = versions[0] if versions else None
    version = version or newest
    rules = list(OpenRule.objects.all())
    return {
        "version": version,
        "provisions": provisions(version),
        "days": version.days(language) if version else "",
        "versions": [{"version": one, "days": one.days(language)} for one in versions],
        "newest": newest,
        "first": versions[-1] if versions else None,
        "is_old": version != newest,
        "accessions": accessions(language, request),
        "open_rules": [rule for rule in rules if rule.adopted_on is None],
        "adopted_rules": [rule for rule in rules if rule.adopted_on is not None],
        "founders": founders(language, request),
        "contact_email": settings.SECRETARIAT_EMAIL,
    }


def provisions(version: Version | None) -> list[Provision]:
    """The provisions of a version by number, with their sections. One query."""
    if version is None:
        return []
    return list(version.provisions.select_related("section").order_by("number"))


def accessions(language: str, request: HttpRequest | None = None) -> list[dict[str, Any]]:
    """Who has acceded, to which version, when: confirmed by a paper, oldest first. Two queries."""
    found = list(Accession.objects.select_related("organisation", "version"))
    rows = named([one.organisation for one in found], language, request)
    return [
        {"row": row, "date": one.acceded_on, "number": one.version.number}
        for one, row in zip(found, rows, strict=True)
    ]


def compared(before: Version, after: Version, language: str) -> dict[str, Any]:
    """The redline of two versions in a language, as components/redline.html shows it."""
    with translation.override(language):
        old, new = (
            [redline.Provision(one.key, one.text) for one in provisions(version)]
            for version in (before, after)
        )
    found = redline.compare(old, new)
    shown: list[dict[str, Any]] = []
    for group in found.folded():
        rows = [_shown(pair) for pair in group]
        shown += [{"folded": rows}] if group[0].state == redline.SAME else rows
    return {"provisions": shown, "added": found.added, "removed": found.removed}


def _shown(pair: redline.Pair) -> dict[str, Any]:
    keys = [one.key for one in (pair.before, pair.after) if one is not None]
    return {
        "title": " → ".join(dict.fromkeys(keys)),
        # A removed one has no number of its own in the newer version.
        "key": f"m{keys[-1][1:]}" if pair.after else f"old-m{keys[0][1:]}",
        "state": pair.state,
        "runs": pair.runs,
        "before_runs": pair.before_runs,
    }


def page_address(language: str, request: HttpRequest | None = None) -> str:
    """Where the memorandum stands in a language, "" where it does not. One query."""
    page = in_language(MemorandumPage.objects.all(), language).first()
    return (page.get_url(request) or "") if page else ""


def alternates(name: str, *args: Any, query: str = "") -> list[dict[str, str]]:
    """The same address of this room in every language, for the switch."""
    found = []
    for code in LANGUAGES:
        with translation.override(code):
            url = reverse(name, args=args)
        found.append({"language": code, "url": f"{url}?{query}" if query else url, "state": ""})
    return found


def signed(ids: Sequence[int], language: str) -> dict[int, Section]:
    """What organisations have acceded to. One query for any many."""
    of = Accession.objects.filter(organisation__in=ids).select_related("version")
    rows: dict[int, list[dict[str, Any]]] = {}
    for one in of:
        rows.setdefault(one.organisation_id, []).append(
            {
                "title": one.version.label_in(language),
                "date": one.acceded_on,
                "number": one.version.number,
                "url": reverse("memorandum_version", args=[one.version.number]),
            }
        )
    return {
        pk: Section("memorandum/of_organisation.html", {"rows": found})
        for pk, found in rows.items()
    }
