"""The second look at the best of what an engine found: the same for every engine. Pure.

An engine scores by BM25 (k1 1.2, b .75) with the weights of `plans.WEIGHTS`. The first LOOK of its
order are then compared with the query once more by grams of three letters (`analysis.grams`), which
each document carries; an index of grams would be larger and slower than all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from monitoring.search.analysis.grams import unpacked
from monitoring.search.backends.base import Scored, settled
from monitoring.search.plans import WEIGHTS, Plan

LOOK = 100
"""Hits that get the second look; an engine fetches so many even for a shorter page."""
K1 = 1.2
B = 0.5
"""Of grams: a long text repeats few of its own, so its length counts for less than with words."""


def wants_second_look(plan: Plan) -> bool:
    """Whether the order of a plan's results is settled by `second_look`."""
    return bool(plan.grams) and by_relevance(plan)


def by_relevance(plan: Plan) -> bool:
    """Whether a plan's results are in the order of their scores."""
    return plan.sort == "relevance" and plan.has_words


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
    asked = [(gram, weight * worth * (K1 + 1)) for gram, worth in plan.grams]
    middle = plan.gram_length or 1.0
    looked = [
        Scored(one.score + _gram_score(asked, grams_of(one.handle), middle), one.place, one.handle)
        for one in best[:LOOK]
    ]
    return [*settled(looked), *best[LOOK:]]


def _gram_score(asked: Sequence[tuple[str, float]], packed: bytes, middle: float) -> float:
    """BM25 of the query's grams in one document; `middle` is the mean length of a document."""
    length, letters, first = unpacked(packed)
    floor = K1 * (1 - B + B * length / middle)
    total = 0.0
    find = letters.find
    for gram, worth in asked:  # a hundred documents a query: no call more than needed
        at = find(gram)
        if at >= 0:
            count = packed[first + at]
            total += worth * count / (count + floor)
    return total
