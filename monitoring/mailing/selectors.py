"""Reads of the room `mailing`: what the operators' page shows. No address leaves here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q

from monitoring.core import clock
from monitoring.mailing import gate
from monitoring.mailing.kinds import name_of
from monitoring.mailing.models import Gate, OutgoingMail, Report, Suppression, Volume

SHOWN = 50
WAITING = [OutgoingMail.State.PENDING, OutgoingMail.State.LEASED]


def delivery_state() -> dict[str, Any]:
    """Gate, rate, counts by kind of mail and state, what failed and why. Eleven queries."""
    now = clock.now()
    today = now.astimezone(clock.ALMATY).date()
    mails = OutgoingMail.objects.all()
    sent = mails.filter(state=OutgoingMail.State.SENT)
    volume = Volume.objects.filter(day=today).first()
    waiting = mails.filter(state__in=WAITING).aggregate(
        # What a button would cancel: codes to sign in and notices of the brake are left alone.
        count=Count("pk", filter=Q(urgent=False)),
        oldest=Min("created_at"),
    )
    rate = sent.filter(sent_at__gte=now - dt.timedelta(hours=1)).aggregate(
        hour=Count("pk"), minute=Count("pk", filter=Q(sent_at__gte=now - dt.timedelta(minutes=1)))
    )
    reasons = dict(Suppression.Reason.choices)
    troubled = mails.filter(
        Q(state=OutgoingMail.State.FAILED) | Q(state__in=WAITING) & ~Q(cause="")
    )
    causes = _causes(troubled)
    return {
        "gate": Gate.objects.filter(pk=1).first() or Gate(pk=1),
        "waiting": waiting["count"],
        "oldest": waiting["oldest"],
        "last_hour": rate["hour"],
        "last_minute": rate["minute"],
        "today": volume.sent if volume else 0,
        "limit": ((volume.allowed if volume else None) or gate.usual_limit(today))
        if settings.MAIL_BRAKE_FLOOR
        else None,
        "suppressed": [
            {"label": reasons[row["reason"]], "count": row["count"]}
            for row in Suppression.objects.values("reason")
            .annotate(count=Count("pk"))
            .order_by("reason")
        ],
        "state_labels": [label for _value, label in OutgoingMail.State.choices],
        "counts": _counts(now - dt.timedelta(days=7)),
        "causes": causes,
        "troubled_in_all": sum(row["failed"] + row["waiting"] for row in causes),
        "troubled": troubled.annotate(
            may_retry=ExpressionWrapper(
                Q(state=OutgoingMail.State.FAILED, raw__isnull=False), output_field=BooleanField()
            )
        )
        .defer("raw")
        .order_by("-created_at", "-pk")[:SHOWN],
        "reports": Report.objects.select_related("mail").defer("mail__raw")[:SHOWN],
    }


def _causes(troubled: Any) -> list[dict[str, Any]]:
    """Cause by cause: how many failed, how many wait, how many a person may have tried again."""
    labels = dict(OutgoingMail.Cause.choices)
    failed = Q(state=OutgoingMail.State.FAILED)
    rows = troubled.values("cause").annotate(
        failed=Count("pk", filter=failed),
        waiting=Count("pk", filter=~failed),
        may_retry=Count("pk", filter=failed & Q(raw__isnull=False)),
    )
    return [{**row, "label": labels.get(row["cause"], "")} for row in rows.order_by("cause")]


def _counts(since: dt.datetime) -> list[dict[str, Any]]:
    table: dict[str, dict[str, int]] = {}
    rows = (
        OutgoingMail.objects.filter(created_at__gte=since)
        .values("template", "state")
        .annotate(count=Count("pk"))
        .order_by("template", "state")
    )
    for row in rows:
        table.setdefault(row["template"], {})[row["state"]] = row["count"]
    return [
        {
            "name": name_of(name),
            "counts": [counts.get(state, 0) for state in OutgoingMail.State.values],
        }
        for name, counts in table.items()
    ]
