"""System check of the time zone and the health of database, broker and worker."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connection

from monitoring.core import clock
from monitoring.core.models import Heartbeat

DEAF_AFTER = 150
"""Seconds without progress after which the worker counts as deaf; the scheduler looks each 20 s,
so it is noticed within three minutes."""


@register
def tzdata(**_: Any) -> list[CheckMessage]:
    """Asia/Almaty must read UTC+5 since 1 March 2024; older zone files say +6."""
    offset = dt.datetime(2026, 1, 1, tzinfo=clock.ALMATY).utcoffset()
    if offset == dt.timedelta(hours=5):
        return []
    return [
        Error(
            f"The time zone file is too old: Asia/Almaty reads UTC+{offset}, it is UTC+5.",
            hint="Install the current tzdata (pip install -U tzdata).",
            id="core.E001",
        )
    ]


def database() -> tuple[bool, str]:
    """The database answers a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, connection.vendor


def broker() -> tuple[bool, str]:
    """The broker takes a connection within two seconds (the file broker: its folder is there)."""
    from celery import current_app

    url = settings.CELERY_BROKER_URL
    with current_app.connection_for_write(connect_timeout=2) as link:
        link.ensure_connection(max_retries=0, timeout=2)
    return True, str(url).partition(":")[0]


def heartbeat() -> tuple[bool, str]:
    """The worker made progress within the last two and a half minutes."""
    beat = Heartbeat.objects.filter(name="worker").first()
    if beat is None:
        return False, "has not worked yet"
    age = int((clock.now() - beat.at).total_seconds())
    return age < DEAF_AFTER, f"last progress {age} s ago"
