"""The Celery application: one task rings sweeps by name; beat's schedule is their registry.

Beat also looks every twenty seconds whether the parts of the platform are well, by itself: that it
is deaf the worker cannot tell.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.beat import Scheduler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.embedded")

logger = logging.getLogger(__name__)

app = Celery("coalition")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class SweepScheduler(Scheduler):
    """Beat's scheduler over the registry of sweeps.

    Kept in memory: rows say what is due, so a schedule file would add nothing but a file to break.
    """

    def setup_schedule(self) -> None:
        """Read the registry at the scheduler's start, when every room has filled it."""
        from monitoring.core import sweeps

        self.app.conf.beat_schedule = {
            sweep.name: {
                "task": "core.run_sweep",
                "schedule": sweep.every,
                "args": (sweep.name,),
                # A bell older than the next one is noise; after an outage one ring is enough.
                "options": {"expires": max(sweep.every, 10)},
            }
            for sweep in sweeps.all_sweeps()
        }
        super().setup_schedule()
        for entry in self.schedule.values():
            # Everything is due at the start: whatever waited while the machine was off begins now.
            entry.last_run_at = self.app.now() - dt.timedelta(days=1)

    _looking: threading.Thread | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Ring what is due. The first time, begin to look around, in a thread of its own: without a
        broker this here waits for one and does nothing else.
        """
        if self._looking is None:
            self._looking = threading.Thread(target=keep_looking, daemon=True)
            self._looking.start()
        pause: float = super().tick(*args, **kwargs)
        return pause


FIRST_LOOK = 120.0
"""Seconds before the first look: after a night without power every part looks dead at first."""
LOOK_EVERY = 20.0
"""Seconds between two looks at the platform's health."""


def keep_looking(wait: Callable[[float], object] = time.sleep) -> None:
    """Look at the platform's health again and again, and tell the operators; never returns."""
    wait(FIRST_LOOK)
    while True:
        _look_around()
        wait(LOOK_EVERY)


def _look_around() -> None:
    from django.db import connections

    from monitoring.mailing import alarm

    try:
        alarm.look_and_send()
    except Exception:  # whatever is broken: the next look may tell it
        logger.exception("nobody could look at the platform's health")
    finally:
        connections.close_all()
