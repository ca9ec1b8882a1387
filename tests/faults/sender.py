"""Senders for tests that kill them. Not a test.

`python -m tests.faults.sender MODE …`: `queue N` fills the outbox; `storm SEED MAILS GONE KILLS`
fills it, lets five senders work and kills them at random, then works off what waits; `points`
kills a sender before and after each of its statements and commits, and amid the DATA of its mail;
`states` counts; `orphan ADDRESS` queues a mail and dies after the commit, before its bell rings;
`undone ADDRESS` queues a mail, rings and rolls all of it back.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import smtplib
import sys
import time
from collections import Counter
from typing import Any

import django

from tests.faults import ground


def work_off(*, forever: bool) -> None:
    """Send whatever waits, its back-off and the dead senders' leases cut short."""
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
            expire()


def expire() -> None:
    """Let the leases of the dead run out."""
    from django.db.models.functions import Now

    from monitoring.mailing.models import OutgoingMail

    OutgoingMail.objects.filter(state="leased").update(leased_until=Now() - dt.timedelta(seconds=1))


def queue(number: int, name: str = "reader") -> None:
    """So many mails, one a reader."""
    from tests.factories.mailing import queued

    for key in range(number):
        queued(f"{name}{key}", to=f"{name}{key}@example.org")


def storm(seed: int, mails: int, gone: int, kills: int) -> None:
    """Five senders, each killed again and again at a random moment."""
    chance = random.Random(seed)
    queue(mails)
    queue(gone, "gone")

    def work() -> None:
        work_off(forever=True)

    senders = [ground.fork(work) for _ in range(5)]
    killed = 0
    for victim in range(kills):
        time.sleep(chance.uniform(0.1, 0.7))
        killed += ground.kill(senders[victim % 5])
        senders[victim % 5] = ground.fork(work)
    for sender in senders:
        ground.kill(sender)
    work_off(forever=False)
    print(killed)


def points() -> None:
    """Kill a sender at each step; print how many steps there were."""
    from tests.factories.mailing import queued

    step = 0
    while True:
        step += 1
        for one in "ab":
            queued(f"step{step}{one}", to=f"step{step}{one}@example.org")

        def work(step: int = step) -> None:
            from monitoring.mailing import sending

            ground.DieAt(step).arm()
            sending.send_due(batch=2)

        if ground.ended_well(ground.fork(work)):
            break
        expire()
        work_off(forever=False)
    queued("amid", to="amid@example.org")
    ground.ended_well(ground.fork(die_amid_data))
    expire()
    work_off(forever=False)
    print(step - 1)


def die_amid_data() -> None:
    """Hand over half a mail."""
    from monitoring.mailing import sending

    send = smtplib.SMTP.send

    def half(link: smtplib.SMTP, words: Any) -> None:
        if len(words) > 2000:
            send(link, words[:1000])
            os.kill(os.getpid(), signal.SIGKILL)
        send(link, words)

    setattr(smtplib.SMTP, "send", half)  # noqa: B010 - mypy refuses to assign a method
    sending.send_due()


def orphan(address: str) -> None:
    """Die between the commit and the bell."""
    from django.db import transaction

    from monitoring.core import sweeps
    from tests.factories.mailing import queued

    def die(_name: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(sweeps, "_send", die)  # noqa: B010 - mypy refuses to assign a function
    with transaction.atomic():
        queued(f"orphan:{address}", to=address)


def undone(address: str) -> None:
    """Roll back what was queued; print how often a bell rang."""
    from django.db import transaction

    from monitoring.core import sweeps
    from tests.factories.mailing import queued

    rung: list[str] = []
    setattr(sweeps, "_send", rung.append)  # noqa: B010 - mypy refuses to assign a function
    with transaction.atomic():
        queued(f"undone:{address}", to=address)
        transaction.set_rollback(True)
    print(len(rung))


def main(mode: str, *told: str) -> None:
    django.setup()
    from monitoring.mailing.models import OutgoingMail

    if mode == "states":
        rows = OutgoingMail.objects.values_list("state", flat=True)
        print(*(f"{state}={count}" for state, count in sorted(Counter(rows).items())))
    elif mode == "queue":
        queue(int(told[0]), *told[1:])
    elif mode == "storm":
        storm(*(int(one) for one in told))
    elif mode == "points":
        points()
    elif mode == "orphan":
        orphan(*told)
    else:
        undone(*told)


if __name__ == "__main__":
    main(*sys.argv[1:])
