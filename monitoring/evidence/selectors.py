"""Reads of the room `evidence`."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext, gettext_noop, override, pgettext

from monitoring.core import clock
from monitoring.evidence import reasons
from monitoring.evidence.models import Fetch, Source, SourceQuerySet

UNREAD_AFTER_DAYS = 14
"""A source that has not been read for so long waits for a person, whatever its own limit."""
BROKEN_AFTER = 3
"""Failures in a row after which a source that once answered counts as broken."""
QUIET_FLOOR = dt.timedelta(hours=96)
"""Silence shorter than this makes no source late, however busy it is."""

_SENTENCES = {
    "waiting": gettext_noop("It has not been asked yet."),
    "fresh": gettext_noop("It answers; what it says is read."),
    "unsteady": gettext_noop("It answers, though not the last time: %(reason)s"),
    "quiet": gettext_noop(
        "It answers, but nothing new has come for %(days)s days;"
        " usually something does within %(usual)s days."
    ),
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
    """paused; broken (three failures, or never a success); waiting; late (not read for long, read
    worse than before, or silent for longer than its own rhythm); or fresh."""
    if source.paused:
        return "paused"
    never = source.last_success_at is None
    if source.failures >= BROKEN_AFTER or (never and source.failures):
        return "broken"
    if source.last_success_at is None:
        return "waiting"
    if now - source.last_success_at > dt.timedelta(hours=source.fresh_within):
        return "late"
    worse = source.failures > 0 and source.trouble in reasons.WORSE
    return "late" if worse or is_quiet(source, now) else "fresh"


def is_quiet(source: Source, now: dt.datetime) -> bool:
    """Whether nothing new came for twice as long as usual, and for QUIET_FLOOR at least: a weekend
    and two holidays are nobody's fault."""
    if source.usual_gap is None or source.last_new_at is None:
        return False
    return now - source.last_new_at > max(QUIET_FLOOR, 2 * dt.timedelta(hours=source.usual_gap))


def sentence_of(source: Source, state: str, now: dt.datetime) -> str:
    """Why a source is in its state, in the active language."""
    if state == "paused":
        return source.paused_reason
    if state == "broken" or (source.failures and state != "waiting"):
        code = source.trouble or "internal"
        said = reasons.sentence(code, source.trouble_detail)
        if state != "fresh":
            return said
        return gettext(_SENTENCES["unsteady"]) % {"reason": said}
    if state == "late" and is_quiet(source, now):
        assert source.last_new_at is not None
        detail = {
            "days": (now - source.last_new_at).days,
            "usual": math.ceil((source.usual_gap or 0) / 24),
        }
        return gettext(_SENTENCES["quiet"]) % detail
    return gettext(_SENTENCES[state]) % {"hours": source.fresh_within}


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
    now = clock.now()
    with override(language):
        return [_health(source, now) for source in Source.objects.order_by("pk")]


def chain_head() -> str:
    """One hash over the heads of all chains, for a mail's footer and the feeds; empty if there is
    none. SHA-256 of lines `source:length:head`, by source. One query."""
    rows = Source.objects.exclude(chain_head="").order_by("pk")
    heads = rows.values_list("pk", "chain_length", "chain_head")
    lines = [f"{pk}:{length}:{head}" for pk, length, head in heads]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def _health(source: Source, now: dt.datetime) -> SourceHealth:
    state = state_of(source, now)
    return SourceHealth(
        id=source.pk,
        name=source.name,
        host=source.host,
        url=source.url,
        language=source.language,
        state=state,
        label=state_label(state),
        sentence=sentence_of(source, state, now),
        last_success_at=source.last_success_at,
        last_new_at=source.last_new_at,
        looked_at=source.looked_at,
        copies=source.chain_length,
        chain_head=source.chain_head,
    )
