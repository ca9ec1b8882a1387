"""`python -m tests.bench.bench_matching`: one changed decision against stored queries.

Queries are one to four words, a phrase, a word to leave out or a filter; a document has 220 words.
Prints how long filing takes and the median and slowest of matching; fails only when an answer
differs from asking every query in turn. BENCH_QUERIES=100000 is the profile of the promise (BAR).
"""

from __future__ import annotations

import os
import random
import sys
import time

import django

QUERIES = int(os.environ.get("BENCH_QUERIES", "3000"))
BAR = 100.0
DOCUMENTS = 20


def main() -> int:
    """File, match, compare; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from monitoring.search.analysis import NO_CONCEPTS
    from monitoring.search.documents import SearchDocument, Text
    from monitoring.search.matching import Matcher
    from monitoring.search.plans import matches, plan_of
    from monitoring.search.query import Query
    from monitoring.search.streams import streams_of
    from tests.bench.bench_search import vocabulary

    draw = random.Random(7)
    words = vocabulary(draw)
    weights = [1 / (rank + 3) for rank in range(len(words))]

    def some(count: int) -> list[str]:
        return draw.choices(words[40:], weights[40:], k=count)

    def query() -> Query:
        dice = draw.random()
        row = some(draw.choice((1, 1, 2, 2, 3, 4)))
        if dice < 0.4:
            row = [f'"{" ".join(some(2))}"']
        elif dice < 0.5:
            row.append(f"-{some(1)[0]}")
        filters = (("body", (f"b{draw.randrange(20)}",)),) if draw.random() < 0.4 else ()
        return Query(" ".join(row), filters)

    queries = {number: query() for number in range(QUERIES)}
    documents = [
        SearchDocument(
            "d", number, 1, {"kk": Text("Шешім", " ".join(draw.choices(words, weights, k=220)))},
            {"body": (f"b{number % 20}",)},
        )
        for number in range(DOCUMENTS)
    ]  # fmt: skip
    began = time.perf_counter()
    matcher = Matcher(NO_CONCEPTS, queries)
    filed = time.perf_counter() - began
    taken, counts = [], []
    for document in documents:
        began = time.perf_counter()
        counts.append(len(matcher.match(document)))
        taken.append((time.perf_counter() - began) * 1000)
    streams = streams_of(documents[0], NO_CONCEPTS)
    plans = {key: plan_of(one, NO_CONCEPTS) for key, one in list(queries.items())[:2_000]}
    meant = [key for key, plan in plans.items() if matches(plan, documents[0], streams)]
    same = [key for key in matcher.match(documents[0]) if key in plans] == meant
    taken.sort()
    median = taken[len(taken) // 2]
    print(
        f"{QUERIES} queries filed in {filed:.1f} s; a document matches {sum(counts) // DOCUMENTS}"
    )
    print(f"one document: median {median:.1f} ms, slowest {taken[-1]:.1f} ms (bar {BAR:.0f})")
    print("ok" if same else "FAILED: an answer differs")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main())
