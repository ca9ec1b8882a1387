"""What is known of a reader: shown on the manage page, given out as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from monitoring.core import clock
from monitoring.core.dates import long_date
from monitoring.digests.issues import address_of_issue
from monitoring.digests.models import (
    Consent,
    DigestRun,
    DigestRunSubscriber,
    Subscriber,
    Subscription,
)
from monitoring.digests.queries import describe
from monitoring.mailing.addresses import digests
from monitoring.mailing.models import OutgoingMail
from monitoring.search.query import Query

SHOWN = 30
"""Mails on the manage page; the file holds all of which a row is left."""


def sent_to(subscriber: Subscriber, language: str) -> list[dict[str, Any]]:
    """The last digests that were made for a reader, newest first; one query.

    Each with the address of its public issue, where it has one. What was held back is left out.
    """
    never = [OutgoingMail.State.SUPPRESSED, OutgoingMail.State.FAILED]
    held = OutgoingMail.objects.filter(group=subscriber.group, state__in=never).values("key")
    told = subscriber.told.filter(again=False).exclude(mail_key__in=held)
    rows = told.select_related("run__issue").order_by("-built_at", "-pk")[:SHOWN]
    return [
        {
            "day": long_date(row.built_at.astimezone(clock.ALMATY).date(), "day", language),
            "frequency": row.run.frequency,
            "changes": len(row.changes),
            "address": _issue_of(row.run, language),
        }
        for row in rows
    ]


def _issue_of(run: DigestRun, language: str) -> str:
    issue = getattr(run, "issue", None)  # a run that told nothing has none
    return address_of_issue(issue, language) if issue is not None else ""


def everything_about(subscriber: Subscriber) -> dict[str, Any]:
    """All rows about a reader, in plain JSON types; in English, like the names of a file."""
    language = subscriber.language
    return {
        "address": subscriber.address,
        "language": language,
        "state": subscriber.state,
        "asked_at": _time(subscriber.created_at),
        "confirmed_at": _time(subscriber.confirmed_at),
        "quiet_month": subscriber.quiet_month,
        "letters": subscriber.letters,
        "subscriptions": [
            _subscription(one, language)
            for one in subscriber.subscriptions.select_related("query").order_by("pk")
        ],
        "consent": [
            {"event": one.event, "detail": one.detail, "at": _time(one.at)}
            for one in Consent.objects.filter(digest=subscriber.digest).order_by("pk")
        ],
        "digests": [_told(one) for one in subscriber.told.select_related("run").order_by("pk")],
        "reminders": [
            {"decision": one.decision_id, "date": one.date.isoformat(), "at": _time(one.built_at)}
            for one in subscriber.reminders.order_by("pk")
        ],
        "corrections": [
            {"correction": one.correction_id, "at": _time(one.built_at)}
            for one in subscriber.corrections.order_by("pk")
        ],
        "quiet_months": [
            {"month": one.month.isoformat(), "at": _time(one.built_at)}
            for one in subscriber.quiet_months.order_by("pk")
        ],
        "mails": _mails(digests(subscriber.address)),
    }


def _subscription(row: Subscription, language: str) -> dict[str, Any]:
    return {
        "about": describe(Query.from_json(row.query.query), language),
        "query": row.query.query,
        "frequency": row.frequency,
        "kinds_of_change": row.kinds.split(",") if row.kinds else "all",
        "language": row.language or language,
        "note": row.note,
        "silent_until": row.muted_until.isoformat() if row.muted_until else None,
        "remind_days": row.remind_days,
        "asked_at": _time(row.created_at),
        "confirmed_at": _time(row.confirmed_at),
        "ended_at": _time(row.ended_at),
        "ended_because": row.ended_because,
    }


def _told(row: DigestRunSubscriber) -> dict[str, Any]:
    run = row.run
    return {
        "frequency": run.frequency,
        "window": [_time(run.window_start), _time(run.window_end)],
        "changes": row.changes,
        "made_at": _time(row.built_at),
    }


def _mails(digests: Iterable[str]) -> list[dict[str, Any]]:
    rows = OutgoingMail.objects.filter(recipient_digest__in=list(digests)).order_by("pk")
    return [
        {"about": template, "state": state, "made_at": _time(made), "sent_at": _time(sent)}
        for template, state, made, sent in rows.values_list(
            "template", "state", "created_at", "sent_at"
        )
    ]


def _time(at: dt.datetime | None) -> str | None:
    return at.astimezone(clock.ALMATY).isoformat(timespec="seconds") if at else None
