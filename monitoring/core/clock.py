"""The one clock. Code asks it for the time, so that tests can set it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

ALMATY = ZoneInfo("Asia/Almaty")
"""All of Kazakhstan keeps UTC+5 since 1 March 2024."""


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> dt.date:
    """The present day in Kazakhstan."""
    return now().astimezone(ALMATY).date()
