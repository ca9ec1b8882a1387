"""When an event is, in words: day, weekday, hours, in the time of Kazakhstan. Pure functions."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from monitoring.core.clock import ALMATY
from monitoring.core.dates import long_date, weekday

if TYPE_CHECKING:
    from coalition.news.models import EventPage

ZONE = {"kk": "Қазақстан уақыты", "ru": "время Казахстана", "en": "Kazakhstan time"}
"""The whole country keeps one time, UTC+5."""


def event_time(event: EventPage, language: str, *, with_day: bool = True) -> str:
    """«2026 ж. 24 қараша, сейсенбі, 18:00–20:00 (Қазақстан уақыты)», or the hours alone."""
    end = event.end.astimezone(ALMATY) if event.end else None
    return span(event.start.astimezone(ALMATY), end, language, with_day=with_day)


def span(
    start: dt.datetime, end: dt.datetime | None, language: str, *, with_day: bool = True
) -> str:
    """Both moments in the time of Kazakhstan; a second day is named with its own hour."""
    hours = f"{start:%H:%M}"
    if end is not None:
        same = end.date() == start.date()
        hours += f"–{end:%H:%M}" if same else f" – {day(end.date(), language)}, {end:%H:%M}"
    if not with_day:
        return hours
    return f"{day(start.date(), language)}, {hours} ({ZONE[language]})"


def day(date: dt.date, language: str) -> str:
    """«2026 ж. 24 қараша, сейсенбі»."""
    return f"{long_date(date, 'day', language)}, {weekday(date, language)}"
