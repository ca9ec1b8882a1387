"""What of the record wants a person's care: decisions and sources nobody looked at for long."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import CharField, DateField, F, Max, Q, Value
from django.db.models.functions import Coalesce, TruncDate

from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.decisions.models import Decision, Edition
from monitoring.evidence.models import Source
from monitoring.evidence.selectors import unread

CHECK_AFTER_DAYS = 14
"""A decision on its way that nobody compared with its source for so long waits for an analyst."""


def unchecked(today: dt.date) -> Any:
    """Public decisions that may still change and were not compared with their source lately.

    `last` is the day of the last look: the newest "checked on" of the links, else the day on which
    the record was made. Decisions whose status ends their path are done with.
    """
    rows: Any = Decision.objects.public().filter(Q(status=None) | Q(status__ends=False))
    rows = rows.annotate(
        last=Coalesce(
            Max("links__checked"),
            TruncDate("created_at", tzinfo=clock.ALMATY),
            output_field=DateField(),
        )
    )
    return rows.filter(last__lt=today - dt.timedelta(days=CHECK_AFTER_DAYS)).order_by("last", "pk")


def unchecked_rows(kind: str = "") -> Any:
    """Light rows of decisions and sources (`kind` keeps one of them), the longest unseen first."""
    decisions = unchecked(clock.today()).values("pk", "last", thing=Value("decision", CharField()))
    sources = (
        unread(Source.objects.all(), clock.now())
        .annotate(last=TruncDate("last_success_at", tzinfo=clock.ALMATY))
        .values("pk", "last", thing=Value("source", CharField()))
    )
    chosen = {"decision": [decisions], "source": [sources]}.get(kind, [decisions, sources])
    first, *rest = (rows.order_by() for rows in chosen)
    together = first.union(*rest, all=True) if rest else first
    return together.order_by(F("last").asc(nulls_first=True), "thing", "pk")


def missing_texts(language: str) -> Any:
    """Public decisions without a published text in a language."""
    return Decision.objects.public().exclude(
        pk__in=Edition.objects.filter(language=language, live=True).values("decision")
    )


def missing_text_rows(language: str) -> Any:
    """Light rows of the same: kind, id, language asked for, since when."""
    return missing_texts(language).values(
        "pk",
        thing=Value("edition", CharField()),
        target=Value(language, CharField()),
        progress=Value("none", CharField()),
        since=TruncDate("published_at", tzinfo=clock.ALMATY),
    )


def without_summary() -> Any:
    """Published texts of decisions on their way that do not say what changes for residents."""
    return Edition.objects.filter(
        live=True, summary="", decision__is_public=True, language__in=LANGUAGES
    ).filter(Q(decision__status=None) | Q(decision__status__ends=False))
