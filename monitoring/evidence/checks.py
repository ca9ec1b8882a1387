"""Health of the sweep that asks the sources. The sources themselves have a public page."""

from __future__ import annotations

from monitoring.core import clock
from monitoring.core.models import Heartbeat
from monitoring.evidence.services import HEARTBEAT

SILENT_AFTER = 900
"""Seconds without a round after which the sweep counts as dead; it runs each minute."""


def sweep_is_alive() -> tuple[bool, str]:
    """The sweep made its round within 15 minutes, or the platform has only just been set up."""
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    if beat is None:
        return True, "no round yet"
    age = int((clock.now() - beat.at).total_seconds())
    return age < SILENT_AFTER, f"last round {age} s ago"
