"""Writes of the room `institutions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from django.db import models, transaction
from django.db.models import Q

from monitoring.institutions.models import Body, Event, EventSource, Membership
from monitoring.search.services import touch

Row = TypeVar("Row", bound=models.Model)


def save_body(*, body: Body) -> Body:
    """Make or correct a body. A body that ends takes every seat with it that is still open.

    Raises ValidationError; nothing is written then.
    """
    with transaction.atomic():
        body.full_clean()
        body.save()
        if body.date_to:
            body.memberships.filter(Q(date_to__isnull=True)).update(
                date_to=body.date_to, date_to_precision=body.date_to_precision
            )
        touch("body", [body.pk])
    return body


def save_membership(*, membership: Membership) -> Membership:
    """Seat a person, or say until when. Raises ValidationError; nothing is written then."""
    with transaction.atomic():
        # The body must not end while it is being looked at.
        Body.objects.select_for_update().filter(pk=membership.body_id).first()
        membership.full_clean()
        membership.save()
    return membership


def save_record(*, record: Row) -> Row:
    """Make or correct a convocation, a person, an office, a kind: rows that touch no other row.

    Raises ValidationError; nothing is written then.
    """
    with transaction.atomic():
        record.full_clean()
        record.save()
    return record


def set_event_sources(*, event: Event, sources: Iterable[Mapping[str, str]]) -> None:
    """Replace the places where an event stands. Raises ValidationError; nothing is lost then."""
    with transaction.atomic():
        event.sources.all().delete()
        for values in sources:
            source = EventSource(event=event, **values)
            source.full_clean()
            source.save()
