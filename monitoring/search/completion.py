"""Words of the documents that begin as a word typed so far."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from monitoring.search.analysis import Vocabulary, analyse_query, fold
from monitoring.search.analysis.normalise import plain
from monitoring.search.analysis.scripts import from_latin

MOST = 3_000
"""Words with the same beginning that are looked through; a longer beginning has fewer."""
_sorted: WeakKeyDictionary[Vocabulary, list[str]] = WeakKeyDictionary()


def completions(typed: str, vocabulary: Vocabulary, number: int = 3) -> list[str]:
    """The most frequent words that begin as typed, in whatever letters; not the word itself."""
    begun = fold(typed)
    if len(begun) < 2:
        return []
    found = _beginning(begun, vocabulary)
    if not found and begun.isascii():
        read = from_latin(plain(typed))
        found = _beginning(fold(read), vocabulary) if read else []
    spelled = (vocabulary.by_fold[one] for one in found if one != begun)
    often = heapq.nlargest(number * 6, spelled, key=lambda one: (vocabulary.count(one), one))
    return apart(often)[:number]


def apart(words: Iterable[str]) -> list[str]:
    """Words without those that are another form of an earlier one: they would find the same."""
    seen: set[str] = set()
    kept = []
    for word in words:
        stems = {stem for one in analyse_query(word).words for stem in one.stems}
        if seen.isdisjoint(stems):
            kept.append(word)
        seen |= stems
    return kept


def _beginning(begun: str, vocabulary: Vocabulary) -> list[str]:
    row = _sorted.get(vocabulary)
    if row is None:
        row = _sorted[vocabulary] = sorted(vocabulary.by_fold)
    at = bisect_left(row, begun)
    end = bisect_left(row, begun + "\U0010ffff", at)
    return row[at : min(end, at + MOST)]
