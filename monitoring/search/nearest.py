"""What else a reader may have meant: unfinished words completed, unknown ones in other spellings.

Asked when a word of the query stands in no record, or nothing was found. Every offer is a query of
its own with its number of results; one that finds nothing is not offered.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from monitoring.search.analysis import (
    NO_CONCEPTS,
    STOPWORDS,
    Concepts,
    Vocabulary,
    analyse_query,
    fold,
    nearest_spellings,
)
from monitoring.search.analysis.kazakh import stem
from monitoring.search.analysis.normalise import plain
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import EngineError
from monitoring.search.completion import apart, completions
from monitoring.search.plans import plan_of
from monitoring.search.query import Query

logger = logging.getLogger(__name__)

OFFERS = 3
TRIED = 8
"""Queries that are tried for OFFERS that find something."""
WORDS = 12
"""Of a longer query nothing is guessed: it is a text, and its words help one another."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Offer:
    """A query near to the one asked, and how many records it finds."""

    query: Query
    total: int


def offers(
    query: Query,
    build: str,
    vocabulary: Vocabulary,
    concepts: Concepts = NO_CONCEPTS,
    *,
    found: int,
) -> tuple[Offer, ...]:
    """Up to OFFERS queries near to one that found `found` records, the likeliest first."""
    words = _WORD.findall(query.text)
    if not vocabulary or len(words) > WORDS:
        return ()
    tried = dict.fromkeys(_respelled(query, vocabulary, concepts))
    if not found:
        open_query = Query(text=query.text, sort=query.sort)
        tried |= dict.fromkeys(_loosened(query))
        if query.filters:
            tried |= dict.fromkeys(_respelled(open_query, vocabulary, concepts))
    made = []
    for one in list(tried)[:TRIED]:
        if one == query:
            continue
        try:
            plan = plan_of(one, concepts, vocabulary)
            answer = get_backend().search(build, plan, offset=0, limit=1, facets=False)
        except EngineError as error:
            logger.warning("the engine cannot count what it would find: %s", error)
            return ()
        if answer.total:
            made.append(Offer(one, answer.total))
        if len(made) == OFFERS:
            break
    return tuple(made)


def _respelled(query: Query, vocabulary: Vocabulary, concepts: Concepts) -> Iterator[Query]:
    """The query with its unknown words replaced by the likeliest; then each by its next."""
    found = list(_WORD.finditer(query.text))
    near: list[tuple[re.Match[str], list[str]]] = []
    for place, word in enumerate(found):
        if is_known(word.group(), vocabulary, concepts) or query.text[: word.end()].endswith("-"):
            continue
        if word.end() - word.start() < 2:
            continue
        alike = completions(word.group(), vocabulary, OFFERS) if place == len(found) - 1 else []
        alike += nearest_spellings(word.group(), vocabulary, 3 * OFFERS)
        if alike:
            near.append((word, apart(alike)[:OFFERS]))
    best = {word: alike[0] for word, alike in near}
    yield _with(query, best)
    for word, alike in near:
        for one in alike[1:]:
            yield _with(query, best | {word: one})


def _with(query: Query, words: Mapping[re.Match[str], str]) -> Query:
    """The query with other words in the places of these, which stand in their order."""
    text = query.text
    for place, one in reversed(list(words.items())):
        text = f"{text[: place.start()]}{one}{text[place.end() :]}"
    return replace(query, text=text, problems=())


def _loosened(query: Query) -> Iterator[Query]:
    """The query without its quotation marks, then without each of its filters."""
    if '"' in query.text:
        yield replace(query, text=" ".join(query.text.replace('"', " ").split()), problems=())
    for name, _values in query.filters:
        less = query.without(name)
        if not less.is_empty:
            yield replace(less, problems=())


def is_known(word: str, vocabulary: Vocabulary, concepts: Concepts = NO_CONCEPTS) -> bool:
    """Whether any record holds a word in some form, or editors know it."""
    folded = fold(word)
    if folded in STOPWORDS or folded in vocabulary.by_fold or vocabulary.count(plain(word)):
        return True
    if stem(folded) in vocabulary.by_stem or stem(folded) in vocabulary.by_fold:
        return True
    row = analyse_query(word, concepts)
    return bool(row.terms)
