"""`python -m tests.bench.bench_suggestions`: suggestions while typing over many titles.

Prints p50 and p95 of `suggestions.suggest` and of the range query alone, and the share of the
second in the first. BENCH_TITLES=100000 is the profile of the promise (10 ms). Fails when a
title that begins as typed is not offered.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable

import django

TITLES = int(os.environ.get("BENCH_TITLES", "2000"))
ASKED = 200
BAR = 10.0


def main() -> int:
    """Fill a test database, ask, print; the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
    django.setup()
    from tests.kept import migrated_database

    with migrated_database():
        return measured()


def measured() -> int:
    """One kind over rows of the bench's own; every title may be seen."""
    from monitoring.search import kinds, suggestions
    from monitoring.search.documents import SearchDocument, Text
    from tests.bench.bench_search import vocabulary

    draw = random.Random(7)
    words = vocabulary(draw)
    titles = [f"Заң {' '.join(draw.choices(words, k=6))}" for _ in range(TITLES // 2)]
    titles += [" ".join(draw.choices(words, k=6)) for _ in range(TITLES - len(titles))]
    documents = [
        SearchDocument("bench", pk, 1, {"kk": Text(title)}, numbers=(f"{pk}-II",))
        for pk, title in enumerate(titles, start=1)
    ]
    for start in range(0, len(documents), 500):
        suggestions.write_suggestions(documents[start : start + 500], {})
    kinds._registry.kinds.clear()
    kinds.register(
        kinds.Kind(
            "bench",
            lambda *_: {"bench": "bench"},
            lambda: None,  # type: ignore[arg-type,return-value]  # never asked for rows
            lambda _: None,
            set,
            lambda ids, _: {pk: kinds.Hit(titles[pk - 1], f"/{pk}", "kk") for pk in ids},
        )
    )
    typed = [draw.choice(titles)[: draw.randrange(2, 14)] for _ in range(ASKED)]
    whole = timed(lambda text: suggestions.suggest(text, "kk"), typed)
    rows = timed(lambda text: suggestions._beginning(suggestions.folded(text), "kk"), typed)
    print(f"{TITLES} titles: suggest p50 {whole[0]:.2f} p95 {whole[1]:.2f} ms (bar {BAR})")
    print(f"the rows alone p50 {rows[0]:.2f} p95 {rows[1]:.2f} ms, {rows[1] / whole[1]:.2f} of it")
    longest = max(titles, key=len)
    return int(longest not in [one.text for one in suggestions.suggest(longest[:40], "kk")])


def timed(ask: Callable[[str], object], typed: list[str]) -> tuple[float, float]:
    """p50 and p95 in ms."""
    taken = []
    for text in typed:
        started = time.perf_counter()
        ask(text)
        taken.append((time.perf_counter() - started) * 1_000)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)]


if __name__ == "__main__":
    sys.exit(main())
