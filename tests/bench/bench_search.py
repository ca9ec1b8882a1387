"""`python -m tests.bench.bench_search`: our engine beside raw SQLite FTS5 on the same documents.

Ours answers the top 10, the number of all, the counts of three facets and ten snippets; FTS5 its
top 10 alone. Prints p50 and p95 of both, size, build and the memory it took; fails only when a
written change is not found.

BENCH_DOCUMENTS=100000 is the profile of the promise (BAR); BENCH_DOCUMENTS=1000000
BENCH_LETTERS=60 that of small records. The default is a small one for every machine, where both
take about a millisecond: the gap opens with their number.
"""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import django

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "4000"))
LETTERS = int(os.environ.get("BENCH_LETTERS", "2000"))
BAR = 0.1
QUERIES = 200
BATCH = 2_000


def main() -> int:
    """Build both, ask both the same, compare; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from monitoring.search.analysis import NO_CONCEPTS, Tally, Vocabulary, right_spelling
    from monitoring.search.backends.base import Entry
    from monitoring.search.backends.embedded import EmbeddedBackend
    from monitoring.search.documents import SearchDocument, Text
    from monitoring.search.highlights import found_in
    from monitoring.search.plans import plan_of
    from monitoring.search.query import Query
    from monitoring.search.streams import streams_of

    draw = random.Random(7)
    words = vocabulary(draw)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    questions = [" ".join(draw.choices(words[40:], weights[40:], k=3)) for _ in range(QUERIES)]

    def texts() -> Iterator[list[str]]:
        """The documents in parts, the same each time; never all in memory."""
        again = random.Random(8)
        for first in range(0, DOCUMENTS, BATCH):
            number = min(BATCH, DOCUMENTS - first)
            yield [" ".join(again.choices(words, weights, k=LETTERS // 9)) for _ in range(number)]

    tally = Tally()

    def entry(number: int, body: str, version: int = 1) -> Entry:
        facets = {"body": (f"b{number % 20}",), "topic": (f"t{number % 12}",)}
        made = SearchDocument("d", number, version, {"kk": Text(f"№ {number}", body)}, facets)
        streams = streams_of(made, NO_CONCEPTS)
        tally.add(streams.spelled, streams.grams)
        return Entry(made, streams)

    with tempfile.TemporaryDirectory(prefix="bench-search-") as folder:
        ours = EmbeddedBackend(Path(folder) / "ours")
        ours.create("one")
        fts = sqlite3.connect(Path(folder) / "fts.sqlite3")
        fts.execute("CREATE VIRTUAL TABLE d USING fts5(body)")
        built = built_fts = 0.0
        for number, part in enumerate(texts()):
            started = time.perf_counter()
            entries = [entry(number * BATCH + at, body) for at, body in enumerate(part)]
            ours.write("one", entries, [])
            between = time.perf_counter()
            with fts:
                fts.executemany("INSERT INTO d (body) VALUES (?)", ((body,) for body in part))
            built += between - started
            built_fts += time.perf_counter() - between

        known = Vocabulary(tally)
        right_spelling(questions[0], known)  # its tables are made on first use

        def ask_ours(question: str) -> None:
            plan = plan_of(Query.parse(question), NO_CONCEPTS, known)
            for hit in ours.search("one", plan, offset=0, limit=10).hits:
                found_in(hit.texts, plan, NO_CONCEPTS, "kk")

        def ask_fts(question: str) -> None:
            asked = " OR ".join(f'"{word}"' for word in question.split())
            sql = "SELECT rowid FROM d WHERE d MATCH ? ORDER BY rank LIMIT 10"
            fts.execute(sql, (asked,)).fetchall()

        mine, theirs = measured(ask_ours, questions), measured(ask_fts, questions)
        started = time.perf_counter()
        ours.write("one", [entry(1, "мүлдемжаңасөз", 2)], [])
        found = ours.search("one", plan_of(Query.parse("мүлдемжаңасөз")), offset=0, limit=1).total
        visible = time.perf_counter() - started

        kept = sum(one.stat().st_size for one in (Path(folder) / "ours").rglob("*"))
        kept_fts = (Path(folder) / "fts.sqlite3").stat().st_size

    ratio = mine[1] / theirs[1]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"documents {DOCUMENTS}, about {LETTERS} letters each; {QUERIES} queries of 3 words")
    print(f"build: ours {built:.1f} s, FTS5 {built_fts:.1f} s, ratio {built / built_fts:.1f}")
    print(f"size: ours {kept >> 20} MB, FTS5 {kept_fts >> 20} MB, ratio {kept / kept_fts:.1f}")
    print(f"top 10, count, facets, snippets: p50 {mine[0]:.2f} ms, p95 {mine[1]:.2f} ms")
    print(f"FTS5, top 10:                    p50 {theirs[0]:.2f} ms, p95 {theirs[1]:.2f} ms")
    print(f"p95 ratio {ratio:.3f} (bar {BAR} at 100,000); a change is found after {visible:.2f} s")
    print(f"peak memory of the process, with both engines: {memory} MB")
    print("ok" if found == 1 else "FAILED: the change is not found")
    return int(found != 1)


def vocabulary(draw: random.Random) -> list[str]:
    """Eight thousand made-up words with Kazakh endings."""
    starts = ["бас", "құр", "сай", "жер", "ауыл", "заң", "мәс", "көр", "тұр", "біл", "қал", "өзен"]
    middles = ["қа", "лы", "де", "ті", "ма", "су", "ре", "нің", "бі", "шы", "ке", "ра", "сі", "ды"]
    ends = ["", "лар", "дың", "ға", "да", "нан", "мен", "ы", "ларының", "сына"]
    made = {
        draw.choice(starts) + "".join(draw.choices(middles, k=draw.choice((1, 2, 2, 3))))
        + draw.choice(ends)
        for _ in range(12_000)
    }  # fmt: skip
    return sorted(made)[:8_000]


def measured(ask: Callable[[str], None], questions: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds, after a warm-up."""
    for question in questions[:20]:
        ask(question)
    taken = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)]


if __name__ == "__main__":
    sys.exit(main())
