"""What a query asks of the tokens of a document: the one meaning that every engine carries out.

A plan is pure data. An engine translates it; `matches` evaluates it on one document. A test holds
the two equal.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitoring.search.analysis import (
    NO_CONCEPTS,
    NO_VOCABULARY,
    STOPWORDS,
    Concepts,
    Recognised,
    Vocabulary,
    Word,
    analyse_query,
    clean,
    gram_letters,
    number_token,
    right_spelling,
)
from monitoring.search.analysis.kin import widened
from monitoring.search.analysis.words import exact_token
from monitoring.search.documents import SearchDocument
from monitoring.search.query import Query
from monitoring.search.streams import NUMBER_SIGN, Streams

Run = tuple[tuple[int, str], ...]
"""Tokens that follow one another: (distance from the first, token)."""

WEIGHTS: Mapping[str, float] = {"exact": 0.3, "gram": 0.7, "number": 3.0, "title": 1.0}
"""What a token found in a stream that only orders counts for, beside a stem's 1. Every engine
reads its weights here; grams are for `ranking.second_look`. `number` is a record's own one: never
to be buried under what is newer or says more of the other words."""

REST = 0.35
"""What a word of the rest of a long text counts for, beside one of a text of middle length. By its
length alone it would count for less than a twentieth, and a law would lie under every short text
that holds one word of the query."""
FEW = 8
"""Places of a word up to which a phrase is looked for at each."""
MAX_RUNS = 16
"""Of one leaf: a word of a query may have two stems, a phrase has all their combinations."""

_PARTS = re.compile(r'(?P<not>(?<!\S)-)?"(?P<phrase>[^"]*)"?|(?<!\S)-(?P<without>[^\s"]+)|[^\s"]+')


@dataclass(frozen=True)
class Leaf:
    """One thing looked for: found when any of its runs stands in the stems."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Plan:
    """A query taken apart.

    A document is found when it has every leaf of `required`, or at least one of `optional` if
    nothing is required and there are any; none of `excluded`; and passes the filters. `optional`,
    `exact` orders what is found, and `grams` its best (see `ranking`): grams with their weight;
    `gram_length` is the mean number of grams of a document. `keys`: these documents alone.
    """

    required: tuple[Leaf, ...] = ()
    optional: tuple[Leaf, ...] = ()
    excluded: tuple[Leaf, ...] = ()
    exact: tuple[str, ...] = ()
    grams: tuple[tuple[str, float], ...] = ()
    gram_length: float = 0.0
    facets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    numbers: tuple[str, ...] = ()
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    sort: str = "relevance"
    keys: tuple[str, ...] = ()
    worths: tuple[tuple[str, float], ...] = ()
    """Token to how much it tells, about: its inverse frequency."""

    def rest_weight(self, run: Run) -> float:
        """What a run counts for in the rest of a long text, the same on every engine."""
        worths = dict(self.worths)
        return REST * sum(worths.get(token, 1.0) for _, token in run)

    @property
    def has_words(self) -> bool:
        """Whether something is looked for beside the filters."""
        return bool(self.required or self.optional)

    @property
    def can_match(self) -> bool:
        """Whether any document could be found."""
        filters = self.facets or self.numbers or self.date_from or self.date_to or self.keys
        return self.has_words or bool(filters)

    @property
    def tokens(self) -> frozenset[str]:
        """Every token by which it finds something; for highlighting."""
        leaves = (*self.required, *self.optional)
        return frozenset(token for leaf in leaves for run in leaf.runs for _, token in run)

    @property
    def title_tokens(self) -> tuple[str, ...]:
        """Single tokens that count once more when they stand in a title, in a fixed order."""
        leaves = (*self.required, *self.optional)
        runs = [run for leaf in leaves for run in leaf.runs if len(run) == 1]
        return tuple(dict.fromkeys(run[0][1] for run in runs))

    def bonuses(self, weights: Mapping[str, float] = WEIGHTS) -> list[tuple[str, str, float]]:
        """(stream, token, weight) of all that only orders results, in a fixed order."""
        numbers = [f"{NUMBER_SIGN}{token}" for token in self.title_tokens if token[0].isdigit()]
        asked = {"exact": self.exact, "title": self.title_tokens, "number": tuple(numbers)}
        return [
            ("title" if name == "number" else name, token, weights[name])
            for name, tokens in asked.items()
            if weights.get(name)
            for token in tokens
        ]

    def among(self, keys: tuple[str, ...]) -> Plan:
        """Those of some documents that pass the filters and hold nothing left out; no words."""
        return replace(
            self, keys=keys, required=(), optional=(), exact=(), grams=(), sort="relevance"
        )

    def without_facet(self, name: str) -> Plan:
        """The plan without a facet's own filter, for counting its values."""
        return replace(self, facets=tuple(pair for pair in self.facets if pair[0] != name))


def plan_of(
    query: Query,
    concepts: Concepts = NO_CONCEPTS,
    vocabulary: Vocabulary = NO_VOCABULARY,
    *,
    as_typed: bool = False,
) -> Plan:
    """Take a query apart, in the right spelling unless it shall stay as typed; never raises."""
    required: list[Leaf] = []
    optional: list[Leaf] = []
    weak: list[Leaf] = []
    excluded: list[Leaf] = []
    row: list[Word] = []
    worths: dict[str, float] = {}
    spelled = query.text if as_typed else right_spelling(query.text, vocabulary).text
    for role, text in _segments(spelled):
        analysis = analyse_query(text, concepts)
        if not analysis.words:
            continue
        if role == "without":
            excluded.append(_leaf_of_all(analysis.words, analysis.terms, concepts))
            continue
        row += analysis.words
        if role == "phrase":
            _weigh(clean(text), analysis.words, analysis.terms, vocabulary, worths)
            required.append(_phrase(analysis.words, analysis.terms))
        else:
            wide = widened(analysis.words, vocabulary)
            _weigh(clean(text), wide, analysis.terms, vocabulary, worths)
            _read_words(wide, analysis.words, analysis.terms, required, optional, weak)
    if not required and not optional:
        optional, weak = weak, []
    telling = [word for word in row if not _is_weak(word)] or row
    facets = tuple(
        (name, values) for name, values in query.filters if name not in {"number", "from", "to"}
    )
    return Plan(
        required=_unique(required),
        optional=_unique(optional),
        excluded=_unique(excluded),
        exact=tuple(
            dict.fromkeys(exact_token(word.exact, one) for word in telling for one in word.stems)
        ),
        grams=vocabulary.gram_weights("".join(gram_letters(word.exact) for word in telling)),
        gram_length=vocabulary.gram_length,
        facets=facets,
        numbers=tuple(number_token("".join(one.split())) for one in query.values("number")),
        date_from=_date(query.values("from")),
        date_to=_date(query.values("to")),
        sort=query.sort,
        worths=tuple(worths.items()),
    )


def _weigh(
    text: str,
    row: Sequence[Word],
    terms: Iterable[Recognised],
    vocabulary: Vocabulary,
    worths: dict[str, float],
) -> None:
    """Note how much each token of a segment tells, about: by how often the index has its words."""
    said = [vocabulary.telling(text[word.start : word.end], word.stems) for word in row]
    for word, worth in zip(row, said, strict=True):
        worths.update({stem: max(worth, worths.get(stem, 0.0)) for stem in word.stems})
    for term in terms:
        worths[term.token] = max(said[term.first : term.last])


def sentence_of(text: str) -> str:
    """What a query says, for those who read it as a sentence: no quotes, nothing left out."""
    return " ".join(part for role, part in _segments(text) if role != "without")


def _segments(text: str) -> list[tuple[str, str]]:
    """The query's text as ("words" | "phrase" | "without", text), in its order."""
    found: list[tuple[str, str]] = []
    for part in _PARTS.finditer(text):
        if part["phrase"] is not None:
            found.append(("without" if part["not"] else "phrase", part["phrase"]))
        elif part["without"] is not None:
            found.append(("without", part["without"]))
        elif found and found[-1][0] == "words":
            found[-1] = ("words", f"{found[-1][1]} {part.group()}")
        else:
            found.append(("words", part.group()))
    return found


def _read_words(
    wide: list[Word],
    row: tuple[Word, ...],
    terms: tuple[Recognised, ...],
    required: list[Leaf],
    optional: list[Leaf],
    weak: list[Leaf],
) -> None:
    """Sort the words of a segment: terms of several words are required, the others are welcome.

    `wide`: the same words with the stems of their other writings.
    """
    index = 0
    while index < len(row):
        here = [term for term in terms if term.first == index]
        last = max((term.last for term in here), default=index + 1)
        longest = [term for term in here if term.last == last]
        if last - index > 1:
            required.append(_unit(row[index:last], longest))
        else:
            runs = [((0, stem),) for stem in wide[index].stems]
            runs += [((0, term.token),) for term in longest]
            leaf = Leaf(tuple(dict.fromkeys(runs)))
            (weak if _is_weak(row[index]) else optional).append(leaf)
        index = last


def _is_weak(word: Word) -> bool:
    """Whether a word says nothing where others do: a stop word, or an initial («Ш. Уәлиханов»)."""
    return word.exact in STOPWORDS or (len(word.exact) == 1 and not word.is_number)


def _unit(row: tuple[Word, ...], terms: list[Recognised]) -> Leaf:
    """A term of several words: its concept, or the very words one after another."""
    runs: list[Run] = [((0, term.token),) for term in terms]
    if not any(term.opaque for term in terms):
        runs += _runs(row)
    return Leaf(tuple(dict.fromkeys(runs)))


def _phrase(row: tuple[Word, ...], terms: tuple[Recognised, ...]) -> Leaf:
    """Words one after another; a term that stands for itself alone counts as one of them."""
    closed = {term.first: term for term in terms if term.opaque and term.last - term.first > 1}
    choices: list[list[tuple[int, str]]] = []
    index = 0
    while index < len(row):
        place = row[index].position - row[0].position
        if index in closed:
            choices.append([(place, closed[index].token)])
            index = closed[index].last
        else:
            choices.append([(place, stem) for stem in row[index].stems])
            index += 1
    return Leaf(_combined(choices))


def _runs(row: tuple[Word, ...]) -> list[Run]:
    choices = [[(word.position - row[0].position, stem) for stem in word.stems] for word in row]
    return list(_combined(choices))


def _combined(choices: list[list[tuple[int, str]]]) -> tuple[Run, ...]:
    """Up to MAX_RUNS rows of one choice each: those in one language first.

    A word that may be Kazakh or Russian has its Kazakh stem first and its Russian one last, and a
    document has all words of a phrase in one language.
    """
    alike = [tuple(row[0] for row in choices), tuple(row[-1] for row in choices)]
    mixed = itertools.islice(itertools.product(*choices), MAX_RUNS)
    return tuple(dict.fromkeys([*alike, *mixed]))[:MAX_RUNS]


def _leaf_of_all(row: tuple[Word, ...], terms: tuple[Recognised, ...], concepts: Concepts) -> Leaf:
    """What "-word" leaves out: the word or term with its counterparts, or the words in a row."""
    whole = [term for term in terms if term.first == 0 and term.last == len(row)]
    return Leaf((*_phrase(row, terms).runs, *(((0, term.token),) for term in whole)))


def _unique(leaves: list[Leaf]) -> tuple[Leaf, ...]:
    return tuple(dict.fromkeys(leaves))


def _date(values: tuple[str, ...]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(values[0]) if values else None
    except ValueError:
        return None


def matches(plan: Plan, document: SearchDocument, streams: Streams) -> bool:
    """Whether a document is found by a plan: the meaning that engines must reproduce."""
    if not plan.can_match or not _passes(plan, document, streams):
        return False
    if any(leaf_stands(leaf, streams) for leaf in plan.excluded):
        return False
    if plan.required:
        return all(leaf_stands(leaf, streams) for leaf in plan.required)
    return not plan.optional or any(leaf_stands(leaf, streams) for leaf in plan.optional)


def _passes(plan: Plan, document: SearchDocument, streams: Streams) -> bool:
    if plan.keys and document.key not in plan.keys:
        return False
    facets = document.all_facets()
    for name, values in plan.facets:
        if set(values).isdisjoint(facets.get(name, ())):
            return False
    if plan.numbers and set(plan.numbers).isdisjoint(streams.numbers):
        return False
    if plan.date_from and (document.date is None or document.date < plan.date_from):
        return False
    return not (plan.date_to and (document.date is None or document.date > plan.date_to))


def leaf_stands(leaf: Leaf, streams: Streams) -> bool:
    """Whether any run of a leaf stands in a document."""
    return any(_run_stands(run, streams) for run in leaf.runs)


def _run_stands(run: Run, streams: Streams) -> bool:
    found = [(step, streams.positions.get(token)) for step, token in run]
    if len(run) == 1:
        return bool(found[0][1])
    rows = [(len(places), step, places) for step, places in found if places]
    if len(rows) < len(run):
        return False
    rows.sort(key=lambda row: row[:2])
    most, first, rarest = rows[0]
    if most > FEW:  # an act has some words thousands of times
        return bool(
            functools.reduce(operator.and_, (streams.mask(token) >> step for step, token in run))
        )
    return any(
        all(place - first + step in places for _, step, places in rows[1:]) for place in rarest
    )
