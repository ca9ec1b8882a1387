"""The Celery application: one task rings sweeps by name; beat's schedule is their registry."""

from __future__ import annotations

import datetime as dt
import os

from celery import Celery
from celery.beat import Scheduler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.embedded")

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
