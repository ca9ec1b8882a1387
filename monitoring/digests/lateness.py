"""Whether a planned digest is late, for the health page and the alarm."""

from __future__ import annotations

import datetime as dt

from monitoring.core import clock
from monitoring.digests.models import DigestRun, Editorial, Subscription
from monitoring.digests.runs import PERIOD, last_end

LATE = dt.timedelta(minutes=15)
"""After its hour a run may take this long before anybody is told."""


def on_time() -> tuple[bool, str]:
    """Each planned run that readers wait for was made within a quarter of an hour. 2–6 queries.

    A run that an editor holds is not late: that has its own notice.
    """
    now = clock.now()
    for frequency in PERIOD:
        end = last_end(now, frequency)
        if (
            now - end < LATE
            or not Subscription.objects.active().filter(frequency=frequency).exists()
        ):
            continue
        runs = DigestRun.objects.filter(frequency=frequency, window_end__gte=end)
        states = set(runs.values_list("state", flat=True))
        held = Editorial.objects.filter(run__frequency=frequency, run__state=DigestRun.State.OPEN)
        if held.exclude(held_at=None).exists():
            continue
        if not states or DigestRun.State.OPEN in states:
            return False, f"the {frequency} digest of {end.astimezone(clock.ALMATY):%d.%m. %H:%M}"
    return True, "on time"
