"""The token streams of a document: what every engine indexes and what the matcher reads. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from monitoring.search.analysis import Concepts, analyse, clean, number_token, pack
from monitoring.search.analysis.normalise import plain_word
from monitoring.search.documents import SearchDocument

GAP = 50
"""Positions between fields and languages, so that no phrase crosses them."""
MAX_TOKEN = 80
NUMBER_SIGN = "№"
"""Before a number of the record itself among the title's stems: people name acts by it."""
ORDERING = ("exact", "title")
"""The streams that only order what is found; every engine indexes them under these names."""
EMPTY = "_"
"""Stands in an empty stream, so that engines agree on how many documents have one."""


@dataclass(frozen=True)
class Streams:
    """A document in tokens.

    `stems`: (position, token) of all texts and numbers, by position; what finds. `exact` (folded
    words), `grams` (of those words, see `analysis.grams.pack`) and `title` (stems of the titles,
    and the record's own numbers after a sign): what only orders. `spelled`: the words in lower case
    as written, which the vocabulary counts.
    """

    stems: tuple[tuple[int, str], ...]
    exact: tuple[str, ...]
    grams: bytes
    title: tuple[str, ...]
    numbers: tuple[str, ...]
    spelled: tuple[str, ...] = ()

    def ordering(self, name: str) -> tuple[str, ...]:
        """The tokens of one of ORDERING; never none."""
        streams = {"exact": self.exact, "title": self.title}
        return streams[name] or (EMPTY,)

    @cached_property
    def positions(self) -> Mapping[str, frozenset[int]]:
        """Where each token of `stems` stands."""
        found: dict[str, set[int]] = defaultdict(set)
        for position, token in self.stems:
            found[token].add(position)
        return {token: frozenset(places) for token, places in found.items()}


def streams_of(document: SearchDocument, concepts: Concepts) -> Streams:
    """The streams of a document; the same for every engine."""
    stems: list[tuple[int, str]] = []
    exact: list[str] = []
    spelled: list[str] = []
    title: list[str] = []
    offset = 0
    for language, text in document.texts.items():
        for index, part in enumerate((text.title, text.body, text.also)):
            made = analyse(part, language, concepts)
            stems += [(offset + position, token[:MAX_TOKEN]) for position, token in made.stems]
            exact += [token[:MAX_TOKEN] for _, token in made.exact]
            text_of = clean(part)
            spelled += [
                plain_word(text_of[word.start : word.end])
                for word in made.words
                if not word.is_number
            ]
            if not index:
                title += [token[:MAX_TOKEN] for _, token in made.stems]
            offset += made.length + GAP
    numbers: list[str] = []
    for number in document.numbers:
        whole = number_token("".join(number.split()))[:MAX_TOKEN]
        parts = analyse(number, "kk").stems
        own = dict.fromkeys([whole, *(token for _, token in parts if token[0].isdigit())])
        numbers += own
        title += [f"{NUMBER_SIGN}{token}" for token in own]
        stems += [(offset, whole), *((offset + position, token) for position, token in parts)]
        offset += len(parts) + GAP
    return Streams(
        stems=tuple(sorted(set(stems))),
        exact=tuple(exact),
        grams=pack(exact),
        title=tuple(title),
        numbers=tuple(dict.fromkeys(numbers)),
        spelled=tuple(spelled),
    )
