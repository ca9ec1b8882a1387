"""A sender in a process of its own, for tests that kill it. Not a test.

`python -m tests.faults.sender MODE [N]`: `queue N` fills the outbox, `send` empties it slowly,
`die N` kills itself with -9 after handing over the Nth mail and before marking it, `expire` lets
every lease run out. Each hand-over appends its Message-ID to `handed-over` in VAR_DIR. Over SMTP:
`gone N` queues for addresses that do not exist, `smtp` sends until it is killed, `finish` goes on
until nothing waits, `states` counts.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import django


def work_off(*, forever: bool) -> None:
    """Send whatever waits, its back-off and the dead senders' leases cut short."""
    from django.db.models.functions import Now

    from monitoring.core import clock
    from monitoring.mailing import sending
    from monitoring.mailing.models import OutgoingMail

    open_states = OutgoingMail.objects.filter(state__in=["pending", "leased"])
    while forever or open_states.exists():
        sending.send_due(batch=50)
        open_states.filter(state="pending").update(due_at=clock.now(), attempts=0)
        if forever:
            time.sleep(0.05)
        else:  # nobody else is alive: what is leased belongs to the dead
            open_states.filter(state="leased").update(leased_until=Now() - dt.timedelta(seconds=1))


def main(mode: str, number: int) -> None:
    django.setup()
    from django.db.models.functions import Now

    from monitoring.mailing import delivery, sending
    from monitoring.mailing.models import OutgoingMail
    from tests.factories.mailing import queued

    if mode == "queue":
        for key in range(number):
            queued(f"mail{key}", to=f"reader{key}@example.org")
        return
    if mode == "expire":
        OutgoingMail.objects.filter(state="leased").update(
            leased_until=Now() - dt.timedelta(seconds=1)
        )
        return
    if mode == "gone":
        for key in range(number):
            queued(f"gone{key}", to=f"gone{key}@example.org")
        return
    if mode == "states":
        rows = OutgoingMail.objects.values_list("state", flat=True)
        print(*(f"{state}={count}" for state, count in sorted(Counter(rows).items())))
        return
    if mode in {"smtp", "finish"}:
        work_off(forever=mode == "smtp")
        return
    hand_over, count = delivery.FileDoor.send, 0
    log = Path(os.environ["VAR_DIR"]) / "handed-over"

    def watched(door: delivery.FileDoor, envelope: delivery.Envelope) -> None:
        nonlocal count
        hand_over(door, envelope)
        with log.open("a") as file:
            file.write(f"{envelope.message_id}\n")
        count += 1
        if mode == "die" and count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.005)

    setattr(delivery.FileDoor, "send", watched)  # noqa: B010 - mypy refuses to assign a method
    print("ready", flush=True)
    while sending.send_due(batch=20):
        pass


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
