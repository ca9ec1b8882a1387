"""The public page of a run: frozen when the run is made, read back without what was withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import translation

from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.digests import links, messages
from monitoring.digests.matching import news
from monitoring.digests.messages import Found, Item, Record
from monitoring.digests.models import DigestRun, Frequency, Issue
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
        key=lambda record: -(fresh[record][-1].position or 0),
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
        "lines": [[line.name, line.before, line.after] for line in item.lines],
        "stage": item.stage,
        "deadline": item.deadline,
        "todo": item.todo,
        "source": item.source,
        "source_host": item.source_host,
    }


def shown_issue(issue: Issue, language: str) -> dict[str, Any]:
    """An issue as it may be read now; records withdrawn since are counted, not shown.

    One query a kind of record.
    """
    content: dict[str, Any] = issue.content.get(language) or {}
    items: Sequence[dict[str, Any]] = content.get("items", ())
    visible = visible_now(items)
    shown = [one for one in items if tuple(one["record"]) in visible]
    return {**content, "items": shown, "gone": len(items) - len(shown)}


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
