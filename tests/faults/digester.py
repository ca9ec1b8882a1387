"""Makers of digests for tests that kill them. Not a test.

`python -m tests.faults.digester MODE …`: `fill N` makes N readers with overlapping subscriptions
and the week's changes, then ends a window; `make` makes what is open; `storm SEED MAKERS KILLS`
does so with makers that are killed at random; `points EVERY` with one that is killed at its first
step, the next at its EVERY-th further one, and so on; `told` prints a line for each reader;
`crowd SEED READERS` lets five schedulers and five senders, whose clocks differ, work while changes
come in, the window ends and readers leave.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import django

from tests.faults import ground

BATCH = 5
"""Readers in one transaction: small, so that a kill falls between two and within one."""
SKEWS = (-150, -40, 0, 40, 150)
"""Seconds by which the clocks of schedulers and senders are wrong."""
FASTER = 20 / max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
"""The crowd's clock: its seconds in a real one; fewer where others use the machine too."""


def fill(number: int) -> None:
    """Three topics, twelve decisions, readers of one to three of them in three languages."""
    from django.contrib.auth import get_user_model

    from monitoring.digests import runs
    from monitoring.digests.models import Consent, Subscriber, Subscription
    from monitoring.digests.queries import EVERYTHING
    from monitoring.mailing import addresses
    from monitoring.search.services import save_query
    from tests.factories import digests as make

    topics = [make.topic(slug) for slug in ("budget", "land", "water")]
    asked = [*(make.about_topic(topic.slug) for topic in topics), EVERYTHING]
    queries = [save_query(query=query) for query in asked]
    now = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    for one in range(number):
        address = f"reader{one}@example.org"
        reader = Subscriber.objects.create(
            address=address,
            digest=addresses.digest(address),
            language=("kk", "ru", "en")[one % 3],
            state="active",
            created_at=now,
            confirmed_at=now,
        )
        for place in {one % 4, one % 3, 3 if one % 5 == 0 else one % 4}:
            Subscription.objects.create(
                subscriber=reader,
                query=queries[place],
                frequency="daily",
                created_at=now,
                confirmed_at=now,
            )
    for one in range(12):
        make.decision(f"{one}-заң", number=str(one), topics=[topics[one % 3]])
    assert not Consent.objects.exists()
    by = get_user_model().objects.create_superuser(email="op@example.org", password="x")
    runs.close_window_now(frequency="daily", by=by)


def make_all() -> None:
    """Go on until no run is open; a lease of a dead maker is waited for."""
    from monitoring.digests import runs
    from monitoring.digests.models import DigestRun

    setattr(runs, "BATCH", BATCH)  # noqa: B010 - mypy refuses to assign a constant
    while DigestRun.objects.filter(state="open").exists():
        runs.run_digests()
        time.sleep(0.02)


def free() -> None:
    """Let every lease run out, the living makers' too."""
    from monitoring.core.models import Lease

    Lease.objects.update(until=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def storm(seed: int, makers: int, kills: int) -> None:
    """Makers, each killed again and again at a random moment; print how many were at work."""
    chance = random.Random(seed)

    def work() -> None:
        ground.slow_down(0.003)
        make_all()

    running = [ground.fork(work) for _ in range(makers)]
    killed = 0
    for victim in range(kills):
        time.sleep(chance.uniform(0.05, 0.6))
        killed += ground.kill(running[victim % makers])
        free()
        running[victim % makers] = ground.fork(work)
    for one in running:
        ground.kill(one)
    free()
    make_all()
    print(killed)


def points(every: int) -> None:
    """One maker after the other, each killed some steps later than the one before; their number."""
    step = kills = 1

    def work() -> None:
        ground.DieAt(step).arm()
        make_all()

    while not ground.ended_well(ground.fork(work)):
        free()
        step += every
        kills += 1
    print(kills - 1)


def told() -> None:
    """Reader, changes told, and a hash of the text without its signed links."""
    from monitoring.digests.models import DigestRunSubscriber
    from monitoring.mailing.models import OutgoingMail
    from tests.digests.golden import masked, message_of, part_of

    mails = {mail.key: mail for mail in OutgoingMail.objects.filter(template="digest")}
    assert len(mails) == DigestRunSubscriber.objects.count()
    for row in DigestRunSubscriber.objects.select_related("subscriber").order_by("subscriber"):
        message = message_of(mails.pop(row.mail_key))
        text = masked(part_of(message, "plain") + part_of(message, "html"))
        mark = hashlib.sha256(text.encode()).hexdigest()[:16]
        changes = ",".join(map(str, row.changes))
        print(row.subscriber.address, changes, message["Message-ID"], mark)
    assert not mails  # no mail that no row knows


# -- many at once, by clocks that differ ------------------------------------------


def with_clock(shift: float, began: float, skew: int = 0) -> None:
    """Let the platform's clock of this process run fast, and wrong by `skew` seconds."""
    from monitoring.core import clock

    def now() -> dt.datetime:
        seconds = shift + began + (time.time() - began) * FASTER + skew
        return dt.datetime.fromtimestamp(seconds, dt.UTC)

    setattr(clock, "now", now)  # noqa: B010 - mypy refuses to assign a function


def crowd(seed: int, readers: int) -> None:
    """Six minutes around the end of a window, in 18 s or more; then a day later. Counts."""
    from monitoring.core import clock
    from monitoring.digests import runs
    from monitoring.digests.models import DigestRun, Frequency, Subscriber
    from tests.factories import digests as make

    chance = random.Random(seed)
    began = time.time()
    eight = make.at("2027-01-01 08:00").timestamp()
    shift = eight - 180 - began
    with_clock(shift - 86400, began)
    runs.run_digests()  # the day before
    with_clock(shift, began)
    for one in range(readers):
        frequency = (Frequency.DAILY, Frequency.IMMEDIATE)[one % 2]
        make.subscriber(f"reader{one}@example.org", frequency=frequency)
    began = time.time()
    shift = eight - 180 - began
    until = began + 360 / FASTER
    folder = Path(sys.argv[-1])

    def schedule(skew: int) -> None:
        with_clock(shift, began, skew)
        setattr(runs, "BATCH", BATCH)  # noqa: B010 - mypy refuses to assign a constant
        while time.time() < until:
            runs.run_digests()
            time.sleep(0.05)

    def send(skew: int) -> None:
        from monitoring.mailing import sending

        with_clock(shift, began, skew)
        while time.time() < until:
            sending.send_due(batch=20)
            time.sleep(0.05)

    def publish() -> None:
        with_clock(shift, began)
        for one in range(1000):
            if time.time() > until - 1:
                break
            make.decision(f"{one}-заң", number=str(one))
            time.sleep(0.15)

    def leave() -> None:
        from monitoring.digests import services

        with_clock(shift, began)
        for one in leavers:
            time.sleep(max(until - time.time(), 0) / (len(leavers) + 1))
            reader = Subscriber.objects.get(address=f"reader{one}@example.org")
            services.end_subscriptions(subscriber=reader, how="test")
            with (folder / "left").open("a") as file:
                file.write(f"reader{one}@example.org {time.time():.3f}\n")

    leavers = chance.sample(range(readers), readers // 3)
    jobs: list[Callable[[], None]] = [
        partial(job, skew) for job in (schedule, send) for skew in SKEWS
    ]
    pids = [ground.fork(job) for job in (*jobs, publish, leave)]
    statuses = [ground.ended_well(pid) for pid in pids]
    assert all(statuses)
    from tests.faults import sender

    sender.expire()
    free()
    with_clock(shift + 86400, began)
    make_all()
    runs.run_digests()
    make_all()
    sender.work_off(forever=False)
    gaps = 0
    for name in Frequency.values:
        found = list(DigestRun.objects.filter(frequency=name).order_by("window_end"))
        for before, after in pairwise(found):
            gaps += before.window_end != after.window_start
            gaps += before.last_position != after.first_position
    assert clock.now().year == 2027
    print(count(leavers, readers), gaps, DigestRun.objects.count())


def count(leavers: list[int], readers: int) -> str:
    """Changes announced to those who stayed: how many told never, how many told twice."""
    from monitoring.digests.models import DigestRunSubscriber
    from monitoring.journal.models import Change

    every = sorted(Change.objects.announced().values_list("pk", flat=True))
    never = twice = 0
    for one in set(range(readers)) - set(leavers):
        rows = DigestRunSubscriber.objects.filter(
            subscriber__address=f"reader{one}@example.org"
        ).values_list("changes", flat=True)
        heard = [change for changes in rows for change in changes]
        never += len(set(every) - set(heard))
        twice += len(heard) - len(set(heard))
    return f"{len(every)} {never} {twice} {DigestRunSubscriber.objects.count()}"


def main(mode: str, *given: str) -> None:
    django.setup()
    if mode == "fill":
        fill(int(given[0]))
    elif mode == "make":
        make_all()
    elif mode == "storm":
        storm(*(int(one) for one in given))
    elif mode == "points":
        points(int(given[0]))
    elif mode == "crowd":
        crowd(int(given[0]), int(given[1]))
    else:
        told()


if __name__ == "__main__":
    main(*sys.argv[1:])
