"""What is followed comes to an end: the subscription ends with a reason and a notice, or moves.

A sweep looks at the record, so whatever ended while a process was dead is found by the next one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import translation

from monitoring.core import clock, sweeps
from monitoring.decisions.merging import current_merge, kept_instead_of
from monitoring.decisions.models import Decision
from monitoring.digests import links
from monitoring.digests.models import Consent, Subscriber, Subscription
from monitoring.digests.queries import FACETS, describe, of_decision, title_of
from monitoring.digests.services import note_consent
from monitoring.institutions.models import Body
from monitoring.journal.models import Change
from monitoring.mailing.services import Prepared, prepare_mail, queue_prepared
from monitoring.search.models import SavedQuery
from monitoring.search.query import Query
from monitoring.search.services import save_query
from monitoring.vocabulary.models import District, Region, Topic

GRACE = dt.timedelta(hours=1)
"""A document that is taken out by mistake and put back within this ends nobody's subscription."""
_NAMED: dict[str, tuple[Any, str]] = {
    "topic": (Topic, "slug"),
    "body": (Body, "key"),
    "region": (Region, "code"),
    "district": (District, "code"),
}
End = Subscription.End


def end_what_is_over() -> int:
    """The sweep: move or end every subscription whose object has ended; returns how many."""
    done = 0
    for over in [*_decisions_over(), *_queries_over()]:
        rows = Subscription.objects.filter(query=over.query, ended_at=None).order_by("pk")
        if over.before is not None:
            rows = rows.filter(created_at__lt=over.before)
        for row in rows.values_list("pk", flat=True):
            done += sweeps.spare_others(
                f"the end of subscription {row}", partial(_end, row, over), 0
            )
    return done


@dataclass(frozen=True)
class Over:
    """A query of which nothing will come any more, and why.

    `kept` is the record that its decision is a part of now. `before`: subscriptions that began
    later stay, since who follows a body after its end knows of it (its old acts may still change).
    """

    query: int
    because: str
    kept: int | None = None
    before: dt.datetime | None = None


def _decisions_over() -> Iterator[Over]:
    """Followed decisions that are out of the record."""
    followed = Subscription.objects.filter(ended_at=None).exclude(decision=None)
    hidden = followed.filter(decision__is_public=False).order_by("decision_id")
    for decision, query in hidden.values_list("decision_id", "query_id").distinct():
        if current_merge(decision):
            kept = kept_instead_of(decision)
            if kept is not None:
                yield Over(query, End.MERGED, kept.pk)
        elif _out_for_good(decision):
            yield Over(query, End.WITHDRAWN)


def _out_for_good(decision: int) -> bool:
    """Whether an analyst took it out, and longer ago than a slip lasts."""
    last = Change.objects.of("decision", decision).first()
    row = Decision.objects.get(pk=decision)
    if row.visibility != Decision.Visibility.WITHDRAWN:
        return False
    return (last.at if last else row.updated_at) < clock.now() - GRACE


def _queries_over() -> Iterator[Over]:
    """Queries of which a filter names nothing that is left, or only bodies that were dissolved."""
    alive = Subscription.objects.filter(ended_at=None, decision=None).values("query_id")
    there = {
        name: set(model._default_manager.values_list(key, flat=True))
        for name, (model, key) in _NAMED.items()
    }
    ended = {body.key: _ended_on(body) for body in Body.objects.exclude(date_to=None)}
    # Only what is stored is looked at: making a query of each would take most of the time.
    for pk, data in SavedQuery.objects.filter(pk__in=alive).values_list("pk", "query").iterator():
        stored = data.get("filters") or {}
        filters = [(name, stored[name]) for name in FACETS if name in stored]
        if any(there[name].isdisjoint(values) for name, values in filters):
            yield Over(pk, End.GONE)
            continue
        days = [ended.get(key) for key in dict(filters).get("body", ())]
        known = [day for day in days if day is not None]
        if days and len(known) == len(days):
            yield Over(pk, End.DISSOLVED, before=max(known))


def _ended_on(body: Body) -> dt.datetime | None:
    """When a body ended; None while it stands, or may: of a year or a month until that is over."""
    last = body.last_possible_day
    if not body.has_ended or last > clock.today():
        return None
    return dt.datetime.combine(last, dt.time(), clock.ALMATY)


def _end(subscription: int, over: Over) -> int:
    """End one subscription, or move it to the kept record; the notice in the same transaction."""
    now = clock.now()
    row = Subscription.objects.select_related("query", "subscriber").get(pk=subscription)
    notice = None
    if row.confirmed_at is not None and row.subscriber.state == Subscriber.State.ACTIVE:
        notice = _notice(row, over)
    with transaction.atomic():
        reader = Subscriber.objects.select_for_update().filter(pk=row.subscriber_id).first()
        fresh = Subscription.objects.filter(pk=row.pk, ended_at=None)
        if reader is None or not fresh.exists():
            return 0  # the reader was first
        if over.kept is not None:
            _move(row, over.kept)
        else:
            fresh.update(ended_at=now, ended_because=over.because)
        event = Consent.Event.ENDED if over.kept is None else Consent.Event.CHANGED
        detail = {"how": "the record", "because": over.because, "kept": over.kept}
        note_consent(reader, event, {**detail, "what": row.query.query})
        if notice is not None:
            queue_prepared(mail=notice, group=reader.group)
    return 1


def _move(row: Subscription, kept: int) -> None:
    """To the kept record; one who follows that already keeps one subscription."""
    target = save_query(query=of_decision(kept))
    same = Subscription.objects.filter(
        subscriber=row.subscriber_id, query=target, ended_at=None
    ).first()
    if same is not None and same.confirmed_at is not None:
        Subscription.objects.filter(pk=row.pk).update(
            ended_at=clock.now(), ended_because=End.MERGED
        )
        return
    if same is not None:
        same.delete()  # asked for, never confirmed: what was confirmed takes its place
    Subscription.objects.filter(pk=row.pk).update(query=target, decision=kept)


def _notice(row: Subscription, over: Over) -> Prepared:
    kept = over.kept
    language = row.language or row.subscriber.language
    query = Query.from_json(row.query.query)
    bodies = Body.objects.filter(key__in=query.values("body")).select_related("successor")
    following = [one.successor for one in bodies if one.successor is not None]
    with translation.override(language):
        form = reverse("subscribe")
    next_link = f"{form}?about=body:{following[0].key}" if following else form
    return prepare_mail(
        # A record that is merged, taken apart and merged again is told each time.
        key=f"ended:{row.pk}:{over.because}:{kept or 0}:{clock.today().isoformat()}",
        to=row.subscriber.address,
        template="ended",
        language=language,
        context={
            "what": describe(query, language),
            "because": over.because,
            "kept": title_of(kept, language) if kept else "",
            "kept_link": _decision_link(kept, language),
            "successor": following[0].label_in(language) if following else "",
            "next_link": links.absolute(next_link),
            "manage_link": links.manage_link(row.subscriber, language),
        },
    )


def _decision_link(pk: int | None, language: str) -> str:
    row = Decision.objects.filter(pk=pk).first() if pk else None
    return links.absolute(row.address_in(language)) if row else ""
