"""The second look at the best of what an engine found: the same for every engine. Pure.

An engine scores by BM25 (k1 1.2, b .75) with the weights of `plans.WEIGHTS`. The first LOOK of its
order are then compared with the query once more by grams of three letters (`analysis.grams`), which
each document carries; an index of grams would be larger and slower than all the rest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from monitoring.search.analysis.grams import Packed
from monitoring.search.backends.base import Scored, settled
from monitoring.search.plans import WEIGHTS, Plan

LOOK = 100
"""Hits that get the second look; an engine fetches so many even for a shorter page."""
K1 = 1.2
B = 0.75


def wants_second_look(plan: Plan) -> bool:
    """Whether the order of a plan's results is settled by `second_look`."""
    return bool(plan.grams) and plan.sort == "relevance" and plan.has_words


def second_look(
    plan: Plan,
    best: Sequence[Scored],
    grams_of: Callable[[Any], bytes],
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Scored]:
    """Hits in their order (see `settled`), the first LOOK of them ordered anew.

    `grams_of` gives the packed grams of a hit's document from its handle.
    """
    weight = weights.get("gram", 0.0)
    looked = [
        replace(one, score=one.score + weight * gram_score(plan, grams_of(one.handle)))
        for one in best[:LOOK]
    ]
    return [*settled(looked), *best[LOOK:]]


def gram_score(plan: Plan, packed: bytes) -> float:
    """BM25 of the query's grams in one document."""
    grams = Packed(packed)
    floor = K1 * (1 - B + B * grams.length / (plan.gram_length or 1.0))
    total = 0.0
    ids, counts, size = grams.ids, grams.counts, len(grams.ids)
    for gram, weight in plan.grams:  # a hundred documents a query: no call more than needed
        at = bisect_left(ids, gram)
        if at < size and ids[at] == gram:
            total += weight * counts[at] * (K1 + 1) / (counts[at] + floor)
    return total
