"""A maker of digests in a process of its own, for tests that kill it. Not a test.

`python -m tests.faults.digester MODE [N]`: `fill N` makes N readers with overlapping subscriptions
and the week's changes, then ends a window; `make` makes what is open until nothing is and ends
with 0; `free` lets a dead maker's lease run out; `told` prints a line for each reader.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
import time
from typing import Any

import django

BATCH = 5
"""Readers in one transaction: small, so that a kill falls between two and within one."""


def fill(number: int) -> None:
    """Three topics, thirty decisions, readers of one to three of them in three languages."""
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

    write = runs._write

    def slowly(*values: Any) -> tuple[int, list[int]]:
        """So that most kills fall into the work."""
        time.sleep(0.15)
        return write(*values)

    setattr(runs, "_write", slowly)  # noqa: B010 - mypy refuses to assign a function
    setattr(runs, "BATCH", BATCH)  # noqa: B010 - mypy refuses to assign a constant
    print("ready", flush=True)
    while DigestRun.objects.filter(state="open").exists():
        runs.run_digests()
        time.sleep(0.05)


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


def main(mode: str, number: int) -> None:
    django.setup()
    if mode == "fill":
        fill(number)
    elif mode == "free":
        from monitoring.core.models import Lease

        Lease.objects.update(until=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    elif mode == "make":
        make_all()
    else:
        told()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
