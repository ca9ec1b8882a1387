"""How near a deadline is. Pure: no clock, no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from monitoring.core.clock import ALMATY


@dataclass(frozen=True)
class Countdown:
    """Where a moment stands on the way to a deadline.

    `state`: "open" (two days or more to go), "tomorrow", "today", "closed". `days` are nights
    between, `hours` whole hours left today where the hour of the deadline is known, else 0.
    """

    state: str
    days: int = 0
    hours: int = 0


def end_of(date: dt.date, hour: dt.time | None) -> dt.datetime:
    """The moment from which it is too late: the hour in Almaty, else the midnight after the day."""
    if hour is None:
        return dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), ALMATY)
    return dt.datetime.combine(date, hour, ALMATY)


def countdown(date: dt.date, hour: dt.time | None, now: dt.datetime) -> Countdown:
    """The state of a deadline at an aware moment; days change at midnight in Almaty."""
    end = end_of(date, hour)
    if now >= end:
        return Countdown("closed")
    days = (date - now.astimezone(ALMATY).date()).days
    if days == 0:
        left = int((end - now).total_seconds() // 3600) if hour else 0
        return Countdown("today", 0, left)
    return Countdown("tomorrow" if days == 1 else "open", days)


def next_step(date: dt.date, hour: dt.time | None, now: dt.datetime) -> dt.datetime | None:
    """The first moment after `now`, on its day, at which the countdown says something else.

    Whole hours are counted down to the hour of the deadline, so an end at 18:30 turns at 17:30.
    None where only a midnight changes it, or nothing any more.
    """
    end = end_of(date, hour)
    if hour is None or now >= end or date != now.astimezone(ALMATY).date():
        return None
    whole = (end - now) // dt.timedelta(hours=1)
    step = end - whole * dt.timedelta(hours=1)
    return step if step > now else step + dt.timedelta(hours=1)
