"""The order in which the steps of a decision were taken; pure."""

from __future__ import annotations

from collections.abc import Iterable

from monitoring.decisions.models import StageEvent


def in_order(events: Iterable[StageEvent]) -> list[StageEvent]:
    """Steps as they were taken; one whose date was not found stands before the next later stage."""
    rows = list(events)
    known = sorted(
        (event for event in rows if event.date),
        key=lambda event: (event.date, event.stage.order, event.pk),
    )
    for event in sorted(
        (event for event in rows if not event.date), key=lambda event: event.stage.order
    ):
        place = next(
            (n for n, other in enumerate(known) if other.stage.order > event.stage.order),
            len(known),
        )
        known.insert(place, event)
    return known
