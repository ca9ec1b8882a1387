"""Concepts: terms of several languages that name one thing, recognised in any inflection."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitoring.search.analysis.normalise import clean
from monitoring.search.analysis.words import Word, words


@dataclass(frozen=True)
class Concept:
    """One thing and what it is called, by language.

    `opaque`: inside its terms, words that name another concept do not count for that one.
    """

    key: str
    terms: Mapping[str, tuple[str, ...]]
    opaque: bool = False

    @property
    def token(self) -> str:
        """The token that stands for the concept in index and query; no word looks like it."""
        return f"={self.key}"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A term found in a row of words: words[first:last], the concept, whether it is opaque."""

    first: int
    last: int
    token: str
    opaque: bool


class Concepts:
    """Concepts made ready for recognition; immutable."""

    def __init__(self, concepts: Sequence[Concept] = ()) -> None:
        self.concepts = tuple(concepts)
        self._starting: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
        self.names: set[str] = set()
        """Stems of the terms of one word: what an opaque term takes out of its inside."""
        for concept in self.concepts:
            for language, terms in concept.terms.items():
                for term in terms:
                    self._add(concept, language, re.sub(r"\([^)]*\)", " ", term))

    def _add(self, concept: Concept, language: str, term: str) -> None:
        keys = tuple(word.terms[0] for word in words(clean(term), language))
        if not keys:
            return
        entry = (keys, concept.token, concept.opaque)
        starting = self._starting.setdefault(keys[0], [])
        if entry not in starting:
            starting.append(entry)
        if len(keys) == 1:
            self.names.add(keys[0])

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same concepts; an index made with others asks for a rebuild."""
        said = sorted(
            (c.key, c.opaque, sorted((lang, *terms) for lang, terms in c.terms.items()))
            for c in self.concepts
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def recognise(self, row: Sequence[Word]) -> list[Recognised]:
        """Every term in a row of words, nested ones too, but none inside an opaque one."""
        return self.named([word.position for word in row], [word.terms for word in row])

    def named(self, positions: Sequence[int], terms: Sequence[tuple[str, ...]]) -> list[Recognised]:
        """As `recognise`, of the positions of words and what terms are compared by."""
        found: list[Recognised] = []
        starting = self._starting
        if not starting:
            return found
        for first, own in enumerate(terms):
            for key in own:
                if key not in starting:
                    continue
                for keys, token, opaque in starting[key]:
                    if _stands(keys, positions, terms, first):
                        found.append(Recognised(first, first + len(keys), token, opaque))
        closed = [one for one in found if one.opaque and one.last - one.first > 1]
        if not closed:
            return found
        return [
            one
            for one in found
            if not any(
                out.first <= one.first
                and one.last <= out.last
                and one.last - one.first < out.last - out.first
                for out in closed
            )
        ]


def _stands(
    keys: tuple[str, ...],
    positions: Sequence[int],
    terms: Sequence[tuple[str, ...]],
    first: int,
) -> bool:
    if first + len(keys) > len(terms):
        return False
    start = positions[first]
    return all(
        key in terms[first + step] and positions[first + step] == start + step
        for step, key in enumerate(keys)
    )


NO_CONCEPTS = Concepts()
