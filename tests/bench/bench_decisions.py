"""`python -m tests.bench.bench_decisions`: pages and files of the record beside raw SQL.

Ours: the whole answer of a page or file, without the page cache. Raw: the same rows, their number
and (of lists) the counts of the filter's boxes, each by the plainest statement, nothing drawn. Both
in one run on the database that the settings name; prints the median of each, the ratio, queries.
Fails only for a wrong answer: another status, more than 15 queries of a page, a file that lacks a
row. BENCH_DECISIONS=100000 is the profile of the promise; `-v` shows the slowest statements.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from tests import kept

DECISIONS = int(os.environ.get("BENCH_DECISIONS", "1000"))
OF_ONE_BODY = 1_000
TIMES = 5
QUERIES = 15
GROUPS = ("kind_id", "status_id", "stage_id", "region_id", "district_id", "year")


def main() -> int:
    """Make a test database, fill it, measure, drop it; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from django.db import connection

    with kept.migrated_database():
        fill(DECISIONS)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}, {DECISIONS} decisions; ms ours, ms raw, ratio, queries")
        wrong = [*files(), *pages()]
    for one in wrong:
        print("WRONG:", one)
    return 1 if wrong else 0


def fill(wanted: int) -> None:
    """Decisions with two bodies, a topic and a Kazakh text each, spread over 35 years."""
    from monitoring.decisions.models import Decision, DecisionKind, Edition, Stage, TaggedDecision
    from monitoring.institutions.models import Body
    from monitoring.vocabulary.models import Region, Status, Topic

    kept.seed()
    draw = random.Random(7)
    kinds, statuses = list(DecisionKind.objects.all()), list(Status.objects.all())
    stages, regions = list(Stage.objects.all()), [None, *Region.objects.all()]
    every, topics = list(Body.objects.order_by("pk")), list(Topic.objects.all())
    special = Body.objects.get(key="senate")
    bodies = [body for body in every if body != special]
    through = Decision.bodies.through
    while (standing := Decision.objects.count()) < wanted:
        rows = []
        for number in range(standing, min(standing + 5_000, wanted)):
            date = dt.date(1991, 1, 1) + dt.timedelta(days=draw.randrange(35 * 365))
            rows.append(
                Decision(
                    kind=draw.choice(kinds),
                    status=draw.choice(statuses),
                    stage=draw.choice(stages),
                    region=draw.choice(regions),
                    adoption_number=str(number),
                    date=date,
                    year=date.year,
                    sort_date=date,
                    is_public=draw.random() < 0.95,
                )
            )
        made = Decision.objects.bulk_create(rows)
        Edition.objects.bulk_create(
            Edition(decision=one, language="kk", title=f"Ауыл бюджеті {one.pk}", live=one.is_public)
            for one in made
        )
        through.objects.bulk_create(
            through(decision=one, body=body)
            for n, one in enumerate(made, standing)
            for body in [*draw.sample(bodies, 2), *([special] if n < OF_ONE_BODY else [])]
        )
        TaggedDecision.objects.bulk_create(
            TaggedDecision(content_object=one, tag=draw.choice(topics)) for one in made
        )


def files() -> list[str]:
    """The files of everything: every row is there, and the process grows by little."""
    from django.db import connection
    from django.test import Client

    from monitoring.decisions.models import Decision

    def raw() -> None:
        with connection.cursor() as cursor, Path(os.devnull).open("w") as out:
            cursor.execute(
                "SELECT d.*, e.* FROM decisions_decision d LEFT JOIN decisions_edition e"
                " ON e.decision_id = d.id AND e.live WHERE d.is_public ORDER BY d.id"
            )
            while rows := cursor.fetchmany(500):
                csv.writer(out).writerows(rows)

    wrong, public = [], Decision.objects.public().count()
    plain = measured(raw, 1)
    for name, mark in (("csv", b"\r\n"), ("json", b'"id":')):
        grown = _Growth()
        began, size, rows = time.perf_counter(), 0, 0
        answer = Client().get(f"/kk/zandar/decisions.{name}")
        tail = b""
        for part in answer.streaming_content:  # type: ignore[attr-defined]  # streamed
            size += len(part)
            rows += (tail + part).count(mark) - tail.count(mark)
            tail = part[-len(mark) :]
        took = 1000 * (time.perf_counter() - began)
        rows -= name == "csv"  # the names of the columns
        show(f"decisions.{name}: {size / 1e6:.1f} MB, {grown.said()}", took, plain)
        if rows != public:
            wrong.append(f"decisions.{name} holds {rows} rows of {public}")
    return wrong


class _Growth:
    """How much the most memory of this process grows from now on (Linux tells)."""

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self.start = self._now("VmRSS")

    def said(self) -> str:
        """In words."""
        if self.start is None:
            return "memory not measured"
        return f"at most +{((self._now('VmHWM') or 0) - self.start) / 1024:.0f} MB"

    def _now(self, name: str) -> int | None:
        with contextlib.suppress(OSError, StopIteration):
            status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
            return int(next(line for line in status if line.startswith(name)).split()[1])
        return None


def pages() -> list[str]:
    """Pages, each with its raw statements."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from monitoring.decisions.models import Decision

    newest = Decision.objects.public().newest_first()[0]
    law = "kind_id IN (SELECT id FROM decisions_decisionkind WHERE key = 'law')"
    finance = (
        "year = 2020 AND id IN (SELECT content_object_id FROM decisions_taggeddecision"
        " WHERE tag_id IN (SELECT id FROM vocabulary_topic WHERE slug = 'finance'))"
    )
    senate = (
        "id IN (SELECT decision_id FROM decisions_decision_bodies WHERE body_id IN"
        " (SELECT id FROM institutions_body WHERE key = 'senate'))"
    )
    stage = "stage_id IN (SELECT id FROM decisions_stage WHERE key = 'adopted')"
    far = max(0, DECISIONS * 94 // 100 // 20 - 1)
    asked: list[tuple[str, list[str]]] = [
        ("/kk/zandar/", _list("1 = 1")),
        (f"/kk/zandar/?page={far}", _list("1 = 1", far)),
        ("/kk/zandar/?kind=law&year=2020&topic=finance", _list(f"{law} AND {finance}")),
        ("/kk/zandar/?body=senate", _list(senate)),
        ("/kk/zandar/?stage=adopted", _list(stage)),
        ("/kk/zandar/?kind=law", _list(law)),
        (f"/kk/zandar/?sort=changed&page={far}", _list("1 = 1", far, "changed_at")),
        ("/kk/zandar/?sort=deadline", _list("1 = 1")),
        ("/kk/zandar/decisions.xml", _list("1 = 1", 1, "changed_at", 50)[:1]),
        ("/kk/zandar/?q=бюджеті", []),
        ("/kk/organdar/senate/", _list(senate)[:2]),
        (newest.address_in("kk"), [f"SELECT * FROM decisions_decision WHERE id = {newest.pk}"]),
        ("/kk/sandar/", _list("1 = 1")[2:]),
        ("/kk/zhyldar/?year=2010", _list("year = 2010")[:2]),
        ("/kk/kuntizbe/", ["SELECT * FROM decisions_deadline"]),
    ]  # fmt: skip
    client, wrong = Client(), []
    for url, statements in asked:
        answers: list[Any] = []
        ours = measured(lambda url=url, kept=answers: kept.append(client.get(url)), TIMES)  # type: ignore[misc]  # bound
        raw = measured(lambda rows=statements: _run(rows), TIMES)  # type: ignore[misc]  # bound here
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        show(url, ours, raw if statements else 0, len(queries))
        if {one.status_code for one in answers} != {200}:
            wrong.append(f"{url}: {answers[-1].status_code}")
        if len(queries) > QUERIES:
            wrong.append(f"{url}: {len(queries)} queries")
        if "-v" in sys.argv:
            for query in sorted(queries.captured_queries, key=lambda q: -float(q["time"]))[:5]:
                print("      ", query["time"], query["sql"][:500])
    return wrong


def _list(where: str, page: int = 1, order: str = "sort_date", length: int = 20) -> list[str]:
    """Rows, their number, and the counts of eight groups of boxes."""
    table = f"FROM decisions_decision WHERE is_public AND {where}"
    start = length * (page - 1)
    return [
        f"SELECT * {table} ORDER BY {order} DESC, id DESC LIMIT {length} OFFSET {start}",
        f"SELECT COUNT(*) {table}",
        *(f"SELECT {name}, COUNT(*) {table} GROUP BY {name}" for name in GROUPS),
        "SELECT body_id, COUNT(*) FROM decisions_decision_bodies WHERE decision_id IN"
        f" (SELECT id {table}) GROUP BY body_id",
        "SELECT tag_id, COUNT(*) FROM decisions_taggeddecision WHERE content_object_id IN"
        f" (SELECT id {table}) GROUP BY tag_id",
    ]


def _run(statements: list[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)
            cursor.fetchall()


def measured(work: Callable[[], object], times: int) -> float:
    """The median of some runs, in milliseconds of the clock."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def show(what: str, ours: float, raw: float, queries: int | None = None) -> None:
    """One line."""
    ratio = f"{ours / raw:6.1f}" if raw else "     –"
    print(
        f"{ours:8.0f} {raw:8.1f} {ratio} {'' if queries is None else queries:>3}  {what}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
