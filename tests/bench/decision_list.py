"""How long the list of decisions takes with many of them: `python -m tests.bench.decision_list N`.

Makes N decisions (100,000 unless told) in the database that the settings name, once; use a folder
of its own (`VAR_DIR=…`). Prints the median of seven requests for each address, in milliseconds of
wall and of processor time (with SQLite the database works in the same process).
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import sys
import time


def fill(wanted: int) -> None:
    """Decisions with two bodies, a topic and a Kazakh text each, spread over 35 years."""
    from monitoring.decisions.models import Decision, DecisionKind, Edition, TaggedDecision
    from monitoring.institutions.models import Body
    from monitoring.vocabulary.models import Status, Topic

    rng = random.Random(7)
    kinds, statuses = list(DecisionKind.objects.all()), list(Status.objects.all())
    bodies, topics = list(Body.objects.all()), list(Topic.objects.all())
    through = Decision.bodies.through
    while (standing := Decision.objects.count()) < wanted:
        rows = []
        for number in range(standing, min(standing + 5_000, wanted)):
            date = dt.date(1991, 1, 1) + dt.timedelta(days=rng.randrange(35 * 365))
            rows.append(
                Decision(
                    kind=rng.choice(kinds),
                    status=rng.choice(statuses),
                    adoption_number=str(number),
                    date=date,
                    year=date.year,
                    sort_date=date,
                    is_public=rng.random() < 0.95,
                )
            )
        made = Decision.objects.bulk_create(rows)
        Edition.objects.bulk_create(
            Edition(decision=one, language="kk", title=f"Ауыл бюджеті {one.pk}", live=one.is_public)
            for one in made
        )
        through.objects.bulk_create(
            through(decision=one, body=body) for one in made for body in rng.sample(bodies, 2)
        )
        TaggedDecision.objects.bulk_create(
            TaggedDecision(content_object=one, tag=rng.choice(topics)) for one in made
        )


def main() -> None:
    """Fill and measure."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from monitoring.decisions.models import Decision

    call_command("migrate", verbosity=0)
    call_command("seed")
    fill(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    total = Decision.objects.count()
    latest = Decision.objects.public().newest_first()[0]
    for url in (
        "/kk/zandar/",
        "/kk/zandar/?page=4700",
        "/kk/zandar/?kind=law&year=2020&topic=finance",
        "/kk/zandar/?body=senate",
        "/kk/zandar/?kind=law&page=500",
        "/kk/zandar/?sort=changed&page=4700",
        "/kk/zandar/?sort=deadline",
        "/kk/sandar/",
        "/kk/zhyldar/?year=2010",
        "/kk/kuntizbe/",
        latest.address_in("kk"),
        "/kk/organdar/senate/",
    ):
        took, worked = [], []
        for _ in range(7):
            start, busy = time.perf_counter(), time.process_time()
            answer = client.get(url, HTTP_HOST="localhost")
            took.append(1000 * (time.perf_counter() - start))
            worked.append(1000 * (time.process_time() - busy))
            assert answer.status_code == 200, (url, answer.status_code)
        with CaptureQueriesContext(connection) as queries:
            client.get(url, HTTP_HOST="localhost")
        wall, cpu = statistics.median(took), statistics.median(worked)
        print(f"{total} decisions {wall:6.0f} ms {cpu:6.0f} ms cpu {len(queries):3} queries {url}")
        if "-v" in sys.argv:
            for query in sorted(queries.captured_queries, key=lambda q: -float(q["time"]))[:6]:
                print("      ", query["time"], query["sql"][:400])


if __name__ == "__main__":
    main()
