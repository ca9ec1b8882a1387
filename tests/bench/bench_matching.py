"""`python -m tests.bench.bench_matching`: one changed decision against stored queries.

Mixes: `usual` (one to four words, phrases, words to leave out, filters), and six that an inverted
index likes least: `common` (every query holds the commonest word), `common+body` (and one body),
`filters` (no words), `or of ten`, `phrases` (three of the sixty commonest words), `without` (a
common word and two to leave out). A document has 220 words, and one act 300,000 letters. Prints for
each how long filing takes, the memory it holds, the median and slowest of matching, the ratio to
asking every query in turn, and what adding and removing one costs; all of them hold the making of
the document's tokens, some 6 ms. BENCH_MIX names a mix to run alone. Fails only when
an answer differs from asking in turn.
BENCH_QUERIES=100000 is the profile of the promise (BAR).
"""

from __future__ import annotations

import os
import random
import sys
import time
import tracemalloc

import django

QUERIES = int(os.environ.get("BENCH_QUERIES", "1000"))
BAR = 100.0
DOCUMENTS = 20
ASKED = 1_000
"""Queries asked in turn, to compare; their time is scaled to all."""


def main() -> int:
    """Every mix; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from tests.bench.bench_search import vocabulary

    draw = random.Random(7)
    words = vocabulary(draw)
    asked = [os.environ["BENCH_MIX"]] if os.environ.get("BENCH_MIX") else MIXES
    return max(measured(mix, random.Random(11), words) for mix in asked)


MIXES = ("usual", "common", "common+body", "filters", "or of ten", "phrases", "without")


def measured(mix: str, draw: random.Random, words: list[str]) -> int:
    """File, match, compare; the exit code."""
    from monitoring.search.analysis import NO_CONCEPTS, Tally, Vocabulary
    from monitoring.search.documents import SearchDocument, Text
    from monitoring.search.matching import Matcher
    from monitoring.search.plans import matches, plan_of
    from monitoring.search.query import Query
    from monitoring.search.streams import streams_of

    weights = [1 / (rank + 3) for rank in range(len(words))]

    def some(count: int) -> list[str]:
        return draw.choices(words[40:], weights[40:], k=count)

    def query() -> Query:
        dice = draw.random()
        body = (("body", (f"b{draw.randrange(20)}",)),)
        if mix == "filters":
            day = f"20{draw.randrange(10, 27)}-0{draw.randrange(1, 10)}-1{draw.randrange(10)}"
            others = [
                ("region", (f"r{draw.randrange(20)}",)),
                ("topic", (f"t{draw.randrange(30)}",)),
                ("from", (day,)),
            ]
            return Query("", (*body, *draw.sample(others, draw.randrange(3))))
        if mix == "phrases":
            return Query(f'"{" ".join(draw.choices(words[:60], weights[:60], k=3))}"')
        if mix == "without":
            return Query(" ".join((words[draw.randrange(30)], *(f"-{one}" for one in some(2)))))
        if mix == "or of ten":
            return Query(" ".join(draw.choices(words, weights, k=10)))
        if mix.startswith("common"):
            return Query(
                " ".join((words[0], *some(3))), (("body", ("b1",)),) if "body" in mix else ()
            )
        row = some(draw.choice((1, 1, 2, 2, 3, 4)))
        if dice < 0.4:
            row = [f'"{" ".join(some(2))}"']
        elif dice < 0.5:
            row.append(f"-{some(1)[0]}")
        return Query(" ".join(row), body if draw.random() < 0.4 else ())

    queries = {number: query() for number in range(QUERIES)}
    documents = [
        SearchDocument(
            "d", number, 1, {"kk": Text("Шешім", " ".join(draw.choices(words, weights, k=220)))},
            {"body": (f"b{number % 20}",), "topic": (f"t{number}",), "region": (f"r{number}",)},
        )
        for number in range(DOCUMENTS)
    ]  # fmt: skip
    tally = Tally()
    for document in documents:
        streams = streams_of(document, NO_CONCEPTS)
        tally.add(streams.spelled, streams.grams)
    known = Vocabulary(Tally.load(tally.dump()))
    began = time.perf_counter()
    matcher = Matcher(NO_CONCEPTS, queries, known)
    filed = time.perf_counter() - began
    taken, counts = [], []
    for document in documents:
        began = time.perf_counter()
        counts.append(len(matcher.match(document)))
        taken.append((time.perf_counter() - began) * 1000)
    act = SearchDocument(
        "d", 999, 1, {"kk": Text("Заң", " ".join(draw.choices(words, weights, k=25_000)))},
        {"body": ("b1",), "topic": ("t1",)},
    )  # fmt: skip
    streams_of(act, NO_CONCEPTS)
    began = time.perf_counter()
    streams_of(act, NO_CONCEPTS)
    apart = (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    of_act = matcher.match(act)
    long = (time.perf_counter() - began) * 1000
    taken.sort()
    median = taken[len(taken) // 2]

    sample = dict(list(queries.items())[:: max(1, QUERIES // ASKED)])
    plans = {key: plan_of(one, NO_CONCEPTS, known) for key, one in sample.items()}
    same, naive = True, 0.0
    for document in documents[:5]:
        began = time.perf_counter()
        streams = streams_of(document, NO_CONCEPTS)
        tokens = time.perf_counter() - began
        began = time.perf_counter()
        meant = [key for key, plan in plans.items() if matches(plan, document, streams)]
        naive += (tokens + (time.perf_counter() - began) * QUERIES / len(plans)) * 1000 / 5
        same = same and [key for key in matcher.match(document) if key in plans] == meant

    some_keys = list(queries)[:: max(1, QUERIES // 200)]
    began = time.perf_counter()
    for key in some_keys:
        matcher.remove(key)
        matcher.add(key, queries[key])
    moved = (time.perf_counter() - began) * 1000 / len(some_keys)
    print(
        f"{mix}: {QUERIES} queries, {matcher.distinct} distinct, filed in {filed:.1f} s"
        f"{_memory(lambda: Matcher(NO_CONCEPTS, queries, known))};"
        f" a document matches {sum(counts) // DOCUMENTS}"
    )
    print(
        f"  one document: median {median:.1f} ms, slowest {taken[-1]:.1f} ms (bar {BAR:.0f}),"
        f" {median / naive:.3f} of asking in turn ({naive:.0f} ms);"
        f" one removed and added: {moved:.2f} ms\n"
        f"  an act of {len(act.texts['kk'].body)} letters: {long:.0f} ms, of which taking it apart"
        f" {apart:.0f}; {len(of_act)} match"
    )
    if not same:
        print("  FAILED: an answer differs")
    return int(not same)


def _memory(make: object) -> str:
    """What the matcher holds, with BENCH_MEMORY=1 (it takes several times as long)."""
    if not os.environ.get("BENCH_MEMORY") or not callable(make):
        return ""
    tracemalloc.start()
    made = make()
    held = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    del made
    return f", {held:.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
