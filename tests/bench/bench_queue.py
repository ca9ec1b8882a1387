"""`python -m tests.bench.bench_queue`: the queue of candidates with 10,000 rows that wait.

On the database that the settings name: milliseconds of a page (the best of five) and queries, for
the newest first, the most points first and the last page; the plan of each order.
"""

from __future__ import annotations

import os
import time

import django

ROWS = int(os.environ.get("BENCH_ENTRIES", "10000"))


def main() -> None:
    """Make a test database, measure, drop it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from tests.kept import migrated_database

    with migrated_database():
        measure()


def measure() -> None:
    """Fill the queue and ask for its pages."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from monitoring.core import clock
    from monitoring.intake.models import Candidate
    from monitoring.intake.relevance import Text
    from monitoring.intake.selectors import Queue, queue
    from tests.bench.bench_relevance import seeded
    from tests.factories.evidence import source, stored
    from tests.intake.drafts import drafts

    fetch = stored(source())
    scorer = seeded()
    rows = []
    for number, one in enumerate(drafts(ROWS)):
        score = scorer.score(Text(one.title, one.summary))
        rows.append(
            Candidate(
                source=fetch.source, snapshot=fetch.snapshot, key=f"{number:064}",
                fingerprint=f"{number:064}", title=one.title, summary=one.summary,
                link=f"https://example.kz/{number}", language=one.language, score=score.points,
                reasons=[reason.as_json() for reason in score.reasons],
                scored_with=scorer.fingerprint, seen_at=clock.now(),
            )
        )  # fmt: skip
    Candidate.objects.bulk_create(rows, batch_size=200)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    person = get_user_model().objects.create_superuser("bench@example.kz", "x")
    client = Client()
    client.force_login(person)
    last = -(-ROWS // 50)
    for name, said in {
        "newest": {}, "points": {"order": "score"}, "last page": {"p": str(last)},
        "points, 40 or more": {"order": "score", "points": "40"},
    }.items():  # fmt: skip
        best = 1e9
        for _ in range(5):
            with CaptureQueriesContext(connection) as asked:
                began = time.perf_counter()
                answer = client.get("/admin/candidates/", said)
                best = min(best, time.perf_counter() - began)
            assert answer.status_code == 200
        plan = queue(Queue.asked(said))[:50].explain().replace("\n", " | ")
        print(f"{connection.vendor}, {ROWS} waiting, {name}: {1000 * best:.0f} ms, "
              f"{len(asked)} queries; {plan[:300]}")  # fmt: skip


if __name__ == "__main__":
    main()
