"""Reads of the room `journal`: public changes by day, corrections."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from monitoring.core.clock import ALMATY
from monitoring.journal.models import Change, ChangeQuerySet, Correction


def since(day: dt.date) -> ChangeQuerySet:
    """Announced changes from the midnight in Almaty that begins a day, newest first."""
    start = dt.datetime.combine(day, dt.time(), ALMATY)
    return Change.objects.announced().filter(at__gte=start).order_by("-pk")


def corrections_of(kind: str, pk: int) -> list[Correction]:
    """Corrections of one record, the latest first; one query."""
    return list(Correction.objects.filter(subject=kind, subject_id=pk).order_by("-at")[:5])


def corrections() -> QuerySet[Correction]:
    """The whole public list, the latest first."""
    return Correction.objects.order_by("-at", "-pk")
