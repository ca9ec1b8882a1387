"""Reminders some days before a deadline, whatever the frequency: a weekly reader hears on time.

A sweep compares the deadlines of the record with the rows of those who were reminded. The row and
the mail are one transaction, so killed anywhere nothing is lost and nothing goes twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from monitoring.core import clock, sweeps
from monitoring.core.dates import long_date
from monitoring.decisions.deadlines import countdown, end_of
from monitoring.decisions.models import Deadline
from monitoring.digests import links
from monitoring.digests.choosing import language_of
from monitoring.digests.matching import matching
from monitoring.digests.messages import headers_of
from monitoring.digests.models import REMIND_DAYS, Reminder, Subscriber, Subscription
from monitoring.digests.queries import describe
from monitoring.mailing.services import Prepared, prepare_mail, queue_prepared
from monitoring.search import kinds
from monitoring.search.query import Query

Due = Mapping[int, Sequence[Deadline]]
"""Deadlines to tell of, by the id of the subscription that asks for it."""


def is_due(deadline: Deadline, days: int, now: dt.datetime) -> bool:
    """Whether a reader who asked for `days` before is to be told now.

    Days are of Almaty, from the hour at which digests leave. One who subscribes, or a deadline
    that is announced, when fewer days are left is told at once; after its end nobody is.
    """
    local = now.astimezone(clock.ALMATY)
    first = dt.datetime.combine(
        deadline.date - dt.timedelta(days=days), dt.time(settings.DIGEST_HOUR), clock.ALMATY
    )
    return first <= local < end_of(deadline.date, deadline.hour)


def remind() -> int:
    """The sweep: write each reminder that is due and was not written; returns the mails made."""
    now = clock.now()
    today = now.astimezone(clock.ALMATY).date()
    near = [
        one
        for one in Deadline.objects.filter(
            date__gte=today, date__lte=today + dt.timedelta(days=max(REMIND_DAYS))
        )
        .filter(decision__is_public=True)
        .select_related("kind", "decision")
        .order_by("date", "pk")
        if is_due(one, max(REMIND_DAYS), now)
    ]
    if not near:
        return 0
    wanting = Subscription.objects.active().awake(today).exclude(remind_days=None)
    by_query = _deadlines_of(wanting, near)
    due: dict[int, dict[int, list[Deadline]]] = defaultdict(dict)
    rows = wanting.values_list("pk", "subscriber_id", "query_id", "remind_days")
    for pk, reader, query, days in rows.iterator(2_000):
        told = [one for one in by_query.get(query, ()) if is_due(one, days or 0, now)]
        if told:
            due[reader][pk] = told
    known = _known(due)
    made = 0
    for reader, of_reader in sorted(due.items()):
        fresh = {
            pk: left
            for pk, told in of_reader.items()
            if (left := [one for one in told if not known(reader, one)])
        }
        made += bool(fresh) and sweeps.spare_others(
            f"the reminder of subscriber {reader}", partial(_remind, reader, fresh, now), 0
        )
    return made


def _deadlines_of(wanting: Any, near: Sequence[Deadline]) -> dict[int, list[Deadline]]:
    """The deadlines that concern each stored query, found as a digest finds its records."""
    kind = kinds.get("decision")
    assert kind is not None  # the record registers it at start
    documents = list(kinds.documents(kind, sorted({one.decision_id for one in near})))
    decisions = {
        query: {pk for _kind, pk in records}
        for query, records in matching(wanting, documents).items()
    }
    return {
        query: [one for one in near if one.decision_id in wanted]
        for query, wanted in decisions.items()
    }


def _known(due: Mapping[int, Any]) -> Any:
    """A test whether a reader was told of a deadline on its day; one query for 500 readers."""
    told: set[tuple[Any, ...]] = set()
    readers = sorted(due)
    today = clock.today()
    for start in range(0, len(readers), 500):
        rows = Reminder.objects.filter(
            subscriber__in=readers[start : start + 500], date__gte=today
        ).values_list("subscriber_id", "deadline_id", "decision_id", "kind_id", "date")
        for reader, deadline, decision, kind, date in rows:
            told |= {(reader, deadline, date), (reader, decision, kind, date)}

    def known(reader: int, one: Deadline) -> bool:
        natural = (reader, one.decision_id, one.kind_id, one.date)
        return natural in told or (reader, one.pk, one.date) in told

    return known


def _remind(reader: int, due: Due, now: dt.datetime) -> int:
    """One mail with all that is due for a reader; 0 if the reader has changed something since."""
    rows = list(
        Subscription.objects.active()
        .awake(now.astimezone(clock.ALMATY).date())
        .filter(pk__in=list(due))
        .exclude(remind_days=None)
        .select_related("query", "subscriber")
        .order_by("pk")
    )
    if not rows:
        return 0
    subscriber = rows[0].subscriber
    deadlines = {one.pk: one for row in rows for one in due[row.pk]}
    told = sorted(deadlines.values(), key=lambda one: (one.date, one.pk))
    mail = _mail(subscriber, rows, told, due, now)
    if mail is None:
        return 0
    try:
        with transaction.atomic():
            fresh = Subscriber.objects.select_for_update().filter(pk=reader).first()
            alive = Subscription.objects.active().filter(pk__in=[row.pk for row in rows])
            alive = alive.awake(clock.today()).exclude(remind_days=None)
            moved = list(
                Deadline.objects.filter(pk__in=list(deadlines)).values_list("pk", "date", "hour")
            )
            same = sorted(moved) == sorted((one.pk, one.date, one.hour) for one in told)
            if fresh is None or alive.count() != len(rows) or not same:
                return 0  # the next sweep looks anew
            if fresh.language != subscriber.language:
                return 0  # it is written in the other one then
            Reminder.objects.bulk_create(
                [
                    Reminder(
                        subscriber=fresh,
                        deadline_id=one.pk,
                        decision_id=one.decision_id,
                        kind_id=one.kind_id,
                        date=one.date,
                        mail_key=mail.key,
                        built_at=now,
                    )
                    for one in told
                ]
            )
            queue_prepared(mail=mail, group=fresh.group, bulk=True)
    except IntegrityError:
        return 0  # another scheduler was faster
    return 1


def _mail(
    reader: Subscriber,
    rows: Sequence[Subscription],
    told: Sequence[Deadline],
    due: Due,
    now: dt.datetime,
) -> Prepared | None:
    language = language_of(rows, reader)
    kind = kinds.get("decision")
    assert kind is not None
    hits = kind.hits(sorted({one.decision_id for one in told}), language)
    items = [
        {
            "title": hits[one.decision_id].title,
            "language": hits[one.decision_id].language,
            "link": links.absolute(hits[one.decision_id].address),
            "kind": one.kind.label_in(language),
            "day": long_date(one.date, "day", language),
            "hour": one.hour.strftime("%H:%M") if one.hour else "",
            "left": _left(one, now),
            "how": one.said("how", language),
            "url": one.url,
            "source": one.source,
            "source_host": urlsplit(one.source).hostname or "",
            "reasons": list(
                dict.fromkeys(
                    describe(Query.from_json(row.query.query), language)
                    + (f" ({row.note})" if row.note else "")
                    for row in rows
                    if one in due[row.pk]
                )
            ),
        }
        for one in told
        if one.decision_id in hits
    ]
    if len(items) != len(told):
        return None  # taken out of the record just now
    leave = links.leave_link(reader, tuple(row.pk for row in rows), language)
    with translation.override(language):
        manage = links.manage_link(reader, language)
        form = links.absolute(reverse("subscribe"))
    return prepare_mail(
        key="remind:" + f"{reader.pk}:" + ",".join(f"{o.pk}.{o.date:%Y%m%d}" for o in told)[:150],
        to=reader.address,
        template="reminder",
        language=language,
        context={
            "items": items,
            "first": items[0],
            "manage_link": manage,
            "leave_link": leave,
            "forward_link": f"{form}?about=decision:{told[0].decision_id}&forwarded=1",
        },
        headers=headers_of("reminder", leave, "reminder"),
    )


def _left(deadline: Deadline, now: dt.datetime) -> int:
    """Days between today and the last day in Almaty; 0 is today, 1 tomorrow."""
    return countdown(deadline.date, deadline.hour, now).days
