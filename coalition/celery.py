"""The Celery application: one task rings sweeps by name; beat's schedule is their registry."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.embedded")

app = Celery("coalition")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def fill_schedule(sender: Any, **_: Any) -> None:
    """Ask the registry at the scheduler's start, when every room has registered its sweeps."""
    from monitoring.core import sweeps

    for sweep in sweeps.all_sweeps():
        sender.app.add_periodic_task(
            sweep.every,
            sender.app.signature("core.run_sweep", args=(sweep.name,)),
            name=sweep.name,
            # A bell older than the next one is noise; after an outage one ring is enough.
            expires=max(sweep.every, 10),
        )
