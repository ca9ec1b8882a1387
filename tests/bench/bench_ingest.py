"""`python -m tests.bench.bench_ingest`: entries taken in per second beside the raw insert of them.

Ours: stored bytes → parsed in a child → told from known and changed ones → candidates, in one
transaction. Raw: the same rows by bulk_create with their indexes, nothing else. Both in one run on
the database that the settings name; prints the ratio.
BENCH_ENTRIES=30000 is the larger profile; a feed holds at most 1,000 entries.
"""

from __future__ import annotations

import os
import time

import django

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000"))
A_FEED = 1000


def main() -> None:
    """Make a test database, measure, drop it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from django.db import connection

    from tests.kept import migrated_database

    with migrated_database():
        ours, raw, again = measure()
    print(
        f"{connection.vendor}, {ENTRIES} entries: ours {ENTRIES / ours:.0f}/s, raw insert"
        f" {ENTRIES / raw:.0f}/s, ratio {ours / raw:.1f}; known entries {ENTRIES / again:.0f}/s"
    )


def measure() -> tuple[float, float, float]:
    """Seconds of taking in, of the raw insert, of taking in what is known."""
    from django.db import transaction

    from monitoring.evidence.services import take_in
    from monitoring.intake.models import Candidate
    from tests.factories.evidence import source, stored
    from tests.intake.feeds import item, rss

    feeds = [
        rss(*(item(n) for n in range(first, min(first + A_FEED, ENTRIES))))
        for first in range(0, ENTRIES, A_FEED)
    ]
    one, other = source(), source("https://other.kz/feed")
    ours = again = 0.0
    for body in feeds:
        fetch = stored(one, body)
        began = time.perf_counter()
        take_in(fetch=fetch)
        ours += time.perf_counter() - began
    rows = list(Candidate.objects.filter(source=one).order_by("pk"))
    assert len(rows) == ENTRIES, len(rows)
    for body in feeds:
        fetch = stored(one, body + b"\n")
        began = time.perf_counter()
        take_in(fetch=fetch)
        again += time.perf_counter() - began
    assert Candidate.objects.filter(source=one).count() == ENTRIES
    for row in rows:
        row.pk, row.source_id = None, other.pk
    began = time.perf_counter()
    with transaction.atomic():
        Candidate.objects.bulk_create(rows, batch_size=200)
    return ours, time.perf_counter() - began, again


if __name__ == "__main__":
    main()
