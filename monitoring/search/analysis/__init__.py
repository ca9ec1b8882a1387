"""Turns text into tokens: pure Python, no Django; versioned, usable as a library.

from monitoring.search.analysis import Concepts, analyse, analyse_query
analyse("Жергілікті қоғамдастық жиынының шешімі", "kk").stems
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.search.analysis.concepts import NO_CONCEPTS, Concept, Concepts, Recognised
from monitoring.search.analysis.grams import gram_letters, pack, pack_letters
from monitoring.search.analysis.normalise import clean, fold, straight_quotes
from monitoring.search.analysis.spelling import (
    Spelling,
    did_you_mean,
    nearest_spellings,
    right_spelling,
)
from monitoring.search.analysis.vocabulary import NO_VOCABULARY, Tally, Vocabulary
from monitoring.search.analysis.words import STOPWORDS, Word, number_token, words

VERSION = "6"
"""Grows when tokens change; an index made with another version is rebuilt."""

__all__ = [
    "NO_CONCEPTS", "NO_VOCABULARY", "STOPWORDS", "VERSION", "Analysis", "Concept", "Concepts",
    "Recognised", "Spelling", "Tally", "Vocabulary", "Word", "analyse", "analyse_query", "clean",
    "did_you_mean", "fold", "gram_letters", "hidden_words", "nearest_spellings", "number_token",
    "pack", "pack_letters", "right_spelling", "straight_quotes",
]  # fmt: skip


@dataclass(frozen=True)
class Analysis:
    """The words of a text and the terms in it.

    `stems` and `exact` are the streams that are indexed: (position, token) pairs. In `stems` a
    concept's token stands where its term begins.
    """

    words: tuple[Word, ...]
    terms: tuple[Recognised, ...]
    stems: tuple[tuple[int, str], ...]

    @property
    def exact(self) -> tuple[tuple[int, str], ...]:
        """The folded words as they stand."""
        return tuple((word.position, word.exact) for word in self.words)

    @property
    def length(self) -> int:
        """Positions taken, gaps included."""
        return self.words[-1].position + 1 if self.words else 0


def analyse(text: str, language: str, concepts: Concepts = NO_CONCEPTS) -> Analysis:
    """The tokens of a document's text in a language."""
    row = tuple(words(clean(text), language))
    terms = tuple(concepts.recognise(row))
    hidden = hidden_words([word.terms for word in row], terms, concepts)
    stems = [
        (word.position, stem)
        for index, word in enumerate(row)
        for stem in word.stems
        if index not in hidden
    ]
    stems += sorted({(row[term.first].position, term.token) for term in terms})
    stems.sort(key=lambda pair: pair[0])
    return Analysis(row, terms, tuple(stems))


def analyse_query(text: str, concepts: Concepts = NO_CONCEPTS) -> Analysis:
    """The words of a query, each with every stem it may have, and the terms in it."""
    row = tuple(words(clean(text), "", query=True))
    return Analysis(row, tuple(concepts.recognise(row)), ())


def hidden_words(
    row: Sequence[tuple[str, ...]], terms: Sequence[Recognised], concepts: Concepts
) -> set[int]:
    """Indexes of words that name another concept, inside opaque terms of several words.

    `row`: what terms are compared by, of each word.
    """
    return {
        index
        for term in terms
        if term.opaque and term.last - term.first > 1
        for index in range(term.first, term.last)
        if not concepts.names.isdisjoint(row[index])
    }
