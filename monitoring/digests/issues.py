"""The public page of a run: frozen when the run is made, read back without what was withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import translation

from monitoring.core import clock
from monitoring.core.dates import long_date
from monitoring.core.models import LANGUAGES
from monitoring.digests import links, messages
from monitoring.digests.matching import news
from monitoring.digests.messages import Found, Item, Record
from monitoring.digests.models import DigestRun, Frequency, Issue, ItemCorrection
from monitoring.digests.rendering import Lead
from monitoring.journal.models import Change
from monitoring.search import kinds

LISTED = (Frequency.DAILY, Frequency.WEEKLY)
"""Runs that the archive lists; a batch of five minutes has a page, to which its mail leads."""


def freeze_issue(run: DigestRun, found: Found, leads: Mapping[str, Lead]) -> Issue | None:
    """Store what a run tells, once; None if it has nothing to tell anybody."""
    known = Issue.objects.filter(run=run).first()
    if known is not None:
        return known
    content = {
        language: _content(run, found, language, leads.get(language, Lead()))
        for language in LANGUAGES
    }
    if not any(one["items"] for one in content.values()):
        return None
    defaults = {
        "year": run.window_end.astimezone(clock.ALMATY).year,
        "content": content,
        "created_at": clock.now(),
    }
    return Issue.objects.get_or_create(run=run, defaults=defaults)[0]


def items_of(run: DigestRun, found: Found, language: str) -> list[tuple[Record, Item]]:
    """What a run tells somebody who follows everything, the last changed first."""
    fresh: dict[Record, list[Change]] = defaultdict(list)
    for record, changes in found.changes.items():
        inside = [one for one in changes if (one.position or 0) > run.first_position]
        fresh[record] = news(inside, found.seen)
    order = sorted(
        (record for record, changes in fresh.items() if changes),
        key=lambda record: messages.place_of(record, found),
    )
    made = ((one, messages.item_of(one, fresh[one], language, found)) for one in order)
    return [(record, item) for record, item in made if item is not None]


def _content(run: DigestRun, found: Found, language: str, lead: Lead) -> dict[str, Any]:
    made = items_of(run, found, language)
    items = [item for _record, item in made]
    return {
        # No title: a record may be withdrawn later, and the headline stays.
        "headline": messages.headline(items, language) if items else "",
        "lead": {
            "text": lead.text,
            "language": lead.language,
            "news_title": lead.news_title,
            "news_link": lead.news_link,
            "news_language": lead.news_language,
        },
        "items": [_stored(record, item) for record, item in made],
    }


def _stored(record: Record, item: Item) -> dict[str, Any]:
    return {
        "record": list(record),
        "title": item.title,
        "language": item.language,
        "path": item.link.removeprefix(links.absolute("")),
        "meta": item.meta,
        "word": item.word,
        "lines": [[one.name, one.before, one.after, one.language, one.runs] for one in item.lines],
        "stage": item.stage,
        "deadline": item.deadline,
        "todo": item.todo,
        "source": item.source,
        "source_host": item.source_host,
    }


def shown_issue(issue: Issue, language: str) -> dict[str, Any]:
    """An issue as it may be read now; records withdrawn since are counted, not shown.

    A few queries a kind of record, and two for corrections.
    """
    content: dict[str, Any] = issue.content.get(language) or {}
    items: Sequence[dict[str, Any]] = content.get("items", ())
    visible = visible_now(items)
    there = [one for one in items if tuple(one["record"]) in visible]
    hits = _hits_now(there, language)
    corrected = corrections_of(issue.run, [one["record"] for one in there], language)
    shown = []
    for one in there:
        hit = hits.get(tuple(one["record"]))
        shown.append(
            {**as_it_may_be_read(one, hit), "corrected": corrected.get(tuple(one["record"]), ())}
        )
    return {**content, "items": shown, "gone": len(items) - len(shown)}


def as_it_may_be_read(item: dict[str, Any], hit: kinds.Hit | None) -> dict[str, Any]:
    """A stored item; where its text has been taken back since, what stands there now instead.

    The title of a language that can no longer be read gives way to the one that can, and what was
    quoted from a text goes with it. Pure.
    """
    if hit is None or hit.language == item["language"]:
        return item
    lines = [line for line in item["lines"] if len(line) < 4 or not line[3]]
    return {
        **item,
        "title": " ".join(hit.title.split()),
        "language": hit.language,
        "path": hit.address,
        "lines": lines,
    }


def _hits_now(items: Sequence[dict[str, Any]], language: str) -> dict[Record, kinds.Hit]:
    found: dict[Record, kinds.Hit] = {}
    for name in {one["record"][0] for one in items}:
        kind = kinds.get(name)
        ids = sorted({one["record"][1] for one in items if one["record"][0] == name})
        found |= {(name, pk): hit for pk, hit in kind.hits(ids, language).items()} if kind else {}
    return found


def corrections_of(
    run: DigestRun, records: Sequence[Sequence[Any]], language: str
) -> dict[Record, list[dict[str, Any]]]:
    """What of a run's items was corrected since, by record. Two queries at most."""
    ids = {pk for _name, pk in records}
    rows = list(
        ItemCorrection.objects.filter(subject_id__in=ids)
        .exclude(released_at=None)
        .order_by("released_at")
    )
    inside = set(
        Change.objects.filter(pk__in=[pk for row in rows for pk in row.changes])
        .between(run.first_position, run.last_position)
        .values_list("pk", flat=True)
        if rows
        else ()
    )
    found: dict[Record, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.released_at and inside.intersection(row.changes):
            day = row.released_at.astimezone(clock.ALMATY).date()
            said = {"day": long_date(day, "day", language), "said": row.said_in(language)}
            found[row.subject, row.subject_id].append(said)
    return found


def visible_now(items: Sequence[dict[str, Any]]) -> set[Record]:
    """The records among stored items that any reader may see. One query a kind of record."""
    visible: set[Record] = set()
    for name in {one["record"][0] for one in items}:
        kind = kinds.get(name)
        ids = {one["record"][1] for one in items if one["record"][0] == name}
        visible |= {(name, pk) for pk in kind.visible(sorted(ids))} if kind else set()
    return visible


def address_of_issue(issue: Issue, language: str) -> str:
    """The path of an issue in a language: permanent."""
    with translation.override(language):
        return reverse("digest_issue", args=[issue.year, issue.pk])


def issue_links(issue: Issue | None) -> dict[str, str]:
    """The full address of an issue in each language; empty without one."""
    if issue is None:
        return {}
    return {code: links.absolute(address_of_issue(issue, code)) for code in LANGUAGES}
