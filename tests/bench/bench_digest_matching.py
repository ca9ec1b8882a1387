"""`python -m tests.bench.bench_digest_matching`: changed decisions against subscriptions, by stage.

Readers with overlapping subscriptions (everything, topics, bodies, single decisions, searches of
one to three words, some with a filter) and decisions whose change was announced. Times what a run
does before mail is rendered: collect the changes and their documents, load the queries (first in a
fresh process, then again), match, read what is said of the records, group per reader; then the
rows that say "told", BATCH readers a transaction, as a run writes them. Prints the memory that
the process held more after each stage. BENCH_SUBSCRIPTIONS=100000 BENCH_CHANGES=200 is the profile
of the promise.
Exits with 1 if a reader is grouped with a record that no query of theirs finds.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

SUBSCRIPTIONS = int(os.environ.get("BENCH_SUBSCRIPTIONS", "500"))
CHANGES = int(os.environ.get("BENCH_CHANGES", "10"))
A_READER = 3


def main() -> int:
    """Make a test database, measure, drop it; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from django.db import connection

    from tests.kept import migrated_database

    with migrated_database():
        print(f"{connection.vendor}: {SUBSCRIPTIONS} subscriptions, {CHANGES} changed decisions")
        return measure()


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Print what a stage took."""
    before, began = _held(), time.perf_counter()
    yield
    took = time.perf_counter() - began
    print(f"  {name}: {took:.2f} s, {_held() - before:+.0f} MB")


def _held() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def measure() -> int:
    """Fill, then every stage; the exit code."""
    from django.db import transaction

    from monitoring.core import clock
    from monitoring.digests import runs
    from monitoring.digests.gathering import documents_of, found_of
    from monitoring.digests.matching import matching
    from monitoring.digests.models import DigestRun, DigestRunSubscriber, Frequency
    from monitoring.journal.models import Change
    from monitoring.journal.services import close_window
    from monitoring.search.matching import match_saved, warm_up

    by_query = fill(random.Random(5))
    now = clock.now()
    run = DigestRun.objects.create(
        frequency="daily",
        window_start=now - runs.PERIOD[Frequency.DAILY],
        window_end=now,
        last_position=close_window(),
        created_at=now,
    )
    with stage("collect the changes and their documents"):
        changes = list(Change.objects.announced().between(run.first_position, run.last_position))
        documents = documents_of(changes)
    with stage("load the queries in a fresh process"):
        loaded = warm_up()
    with stage("load them again"):
        warm_up()
    followed = runs._followed(run)
    with stage(f"match against {loaded} distinct queries"):
        hits = matching(followed, documents)
    with stage("match one more"):
        match_saved(documents[:1])
    with stage("read what mails say of the records"):
        found_of(run, changes, documents)
    readers = records = 0
    wrong = False
    groups = []
    with stage("group per reader"):
        for group in runs._readers(followed, hits):
            told = []
            for subscriptions in group:
                own = {one for row in subscriptions for one in hits[row.query_id]}
                wrong = wrong or any(row.query_id not in by_query for row in subscriptions)
                told.append((subscriptions[0].subscriber_id, len(own)))
                readers, records = readers + 1, records + len(own)
            groups.append(told)
    with stage(f"write the rows of {readers} readers, {len(groups)} transactions"):
        for told in groups:
            with transaction.atomic():
                DigestRunSubscriber.objects.bulk_create(
                    DigestRunSubscriber(
                        run=run,
                        subscriber_id=pk,
                        mail_key=f"bench:{run.pk}:{pk}",
                        changes=list(range(count)),
                        built_at=clock.now(),
                    )
                    for pk, count in told
                )
    print(f"  {records} records for {readers} readers; {_held():.0f} MB in all")
    return int(wrong)


def fill(draw: random.Random) -> set[int]:
    """Decisions, readers and what they follow; the ids of the queries."""
    from monitoring.core import clock
    from monitoring.digests.models import Subscriber, Subscription
    from monitoring.digests.queries import EVERYTHING, of_decision
    from monitoring.search.models import SavedQuery
    from monitoring.search.query import Query
    from tests.bench.bench_search import vocabulary
    from tests.factories import digests as make

    words = vocabulary(random.Random(7))
    weights = [1 / (rank + 3) for rank in range(len(words))]
    topics = [make.topic(f"topic-{number}") for number in range(30)]
    bodies = [make.body(f"body-{number}") for number in range(20)]

    def text(length: int) -> str:
        return " ".join(draw.choices(words, weights, k=length))

    def decision(number: int) -> Any:
        own = {"title": f"Шешім {number} {text(6)}", "official_title": text(12)}
        return make.decision(
            f"Шешім {number}",
            topics=draw.sample(topics, 2),
            bodies=[draw.choice(bodies)],
            editions={"kk": {**own, "summary": text(100)}},
        )

    decisions = [decision(number) for number in range(CHANGES)]

    def query() -> Query:
        dice = draw.random()
        topic, body = draw.choice(topics).slug, draw.choice(bodies).key
        if dice < 0.1:
            return EVERYTHING
        if dice < 0.25:
            return Query(filters=(("topic", (topic,)),))
        if dice < 0.35:
            return Query(filters=(("body", (body,)),))
        if dice < 0.55:
            return of_decision(draw.choice(decisions).pk + draw.randrange(50) * CHANGES)
        row = draw.choices(words[40:], weights[40:], k=draw.choice((1, 2, 3)))
        asked = f'"{" ".join(row)}"' if dice < 0.65 else " ".join(row)
        return Query(asked, (("body", (body,)),) if dice > 0.9 else ())

    now, places = clock.now(), {}
    saved: list[SavedQuery] = []
    asked = []
    for number in range(SUBSCRIPTIONS):
        one = query()
        if one.digest not in places:
            places[one.digest] = len(saved)
            saved.append(SavedQuery(query=one.to_json(), digest=one.digest, created_at=now))
        asked.append((number // A_READER, places[one.digest]))
    saved = SavedQuery.objects.bulk_create(saved, batch_size=500)
    people = Subscriber.objects.bulk_create(
        [
            Subscriber(
                address=f"r{number}@example.org",
                digest=f"{number:064x}",
                state="active",
                language=("kk", "ru", "en")[number % 3],
                created_at=now,
                confirmed_at=now,
            )
            for number in range(SUBSCRIPTIONS // A_READER + 1)
        ],
        batch_size=500,
    )
    Subscription.objects.bulk_create(
        [
            Subscription(
                subscriber=people[who],
                query=saved[what],
                frequency="daily",
                created_at=now,
                confirmed_at=now,
            )
            for who, what in dict.fromkeys(asked)
        ],
        batch_size=500,
    )
    return {row.pk for row in saved}


if __name__ == "__main__":
    sys.exit(main())
