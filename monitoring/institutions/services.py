"""Writes of the room `institutions`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from monitoring.institutions.models import Event, EventSource


def set_event_sources(*, event: Event, sources: Iterable[Mapping[str, str]]) -> None:
    """Replace the places where an event stands. Raises ValidationError; nothing is lost then."""
    with transaction.atomic():
        event.sources.all().delete()
        for values in sources:
            source = EventSource(event=event, **values)
            source.full_clean()
            source.save()
