"""Reads of the room `evidence`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext, gettext_noop, override, pgettext

from monitoring.core import clock
from monitoring.evidence.models import Fetch, Source, SourceQuerySet

UNREAD_AFTER_DAYS = 14
"""A source that has not been read for so long waits for a person, whatever its own limit."""
BROKEN_AFTER = 3
"""Failures in a row after which a source that once answered counts as broken."""

_SENTENCES = {
    "waiting": gettext_noop("It has not been asked yet."),
    "fresh": gettext_noop("It answers; what it says is read."),
    "late": gettext_noop("It has not been read for more than %(hours)s hours."),
}


@dataclass(frozen=True)
class SourceHealth:
    """How a source does: `state` is waiting, fresh, late, broken or paused; the rest is words."""

    id: int
    name: str
    host: str
    url: str
    language: str
    state: str
    label: str
    sentence: str
    last_success_at: dt.datetime | None
    last_new_at: dt.datetime | None
    looked_at: dt.datetime | None
    """When a person last looked through it and found nothing relevant."""
    copies: int
    chain_head: str


def state_of(source: Source, now: dt.datetime) -> str:
    """paused, broken (three failures, or never a success), waiting, late, or fresh."""
    if source.paused:
        return "paused"
    never = source.last_success_at is None
    if source.failures >= BROKEN_AFTER or (never and source.failures):
        return "broken"
    if source.last_success_at is None:
        return "waiting"
    late = now - source.last_success_at > dt.timedelta(hours=source.fresh_within)
    return "late" if late else "fresh"


def state_label(state: str) -> str:
    """The word for a state in the active language."""
    return {
        "waiting": pgettext("state of a source", "not asked yet"),
        "fresh": pgettext("state of a source", "up to date"),
        "late": pgettext("state of a source", "late"),
        "broken": pgettext("state of a source", "does not work"),
        "paused": pgettext("state of a source", "paused"),
    }[state]


def unread(sources: SourceQuerySet, now: dt.datetime) -> SourceQuerySet:
    """Sources that are asked but were not read for fourteen days, the longest unread first."""
    limit = now - dt.timedelta(days=UNREAD_AFTER_DAYS)
    asked = Exists(Fetch.objects.filter(source=OuterRef("pk"), started_at__lt=limit))
    never = Q(last_success_at=None) & Q(asked)
    return sources.filter(Q(last_success_at__lt=limit) | never, paused=False).order_by(
        "last_success_at", "pk"
    )


def sources_health(language: str) -> list[SourceHealth]:
    """How every source does, in the words of a language. One query."""
    latest = Fetch.objects.filter(source=OuterRef("pk")).order_by("-pk")
    # mypy does not see the annotations
    rows: Any = Source.objects.order_by("pk").annotate(
        reason=Subquery(latest.values("reason")[:1]), detail=Subquery(latest.values("detail")[:1])
    )
    now = clock.now()
    with override(language):
        return [_health(source, now) for source in rows]


def _health(source: Any, now: dt.datetime) -> SourceHealth:
    state = state_of(source, now)
    if state == "paused":
        sentence = source.paused_reason
    elif state == "broken":
        sentence = Fetch(reason=source.reason or "internal", detail=source.detail or {}).sentence
    else:
        sentence = gettext(_SENTENCES[state]) % {"hours": source.fresh_within}
    return SourceHealth(
        id=source.pk,
        name=source.name,
        host=source.host,
        url=source.url,
        language=source.language,
        state=state,
        label=state_label(state),
        sentence=sentence,
        last_success_at=source.last_success_at,
        last_new_at=source.last_new_at,
        looked_at=source.looked_at,
        copies=source.chain_length,
        chain_head=source.chain_head,
    )
