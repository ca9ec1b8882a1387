"""The one task: a doorbell that names a sweep."""

from __future__ import annotations

from celery import shared_task

from monitoring.core import sweeps


@shared_task(name="core.run_sweep")
def run_sweep(name: str) -> None:
    """Run the named sweep once; a name of another version is left alone."""
    if name in {sweep.name for sweep in sweeps.all_sweeps()}:
        sweeps.get(name).run()
