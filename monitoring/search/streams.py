"""The token streams of a document: what every engine indexes and what the matcher reads. Pure.

Of a long text every word is found, but not every one lengthens it: a code of 300,000 letters would
drown in its own length. Its beginning (`documents.HEAD`) is weighed as any text is. The stems of
the rest stand once in a stream of their own (`rest`), where each weighs as much as the query says
(`plans.REST`), and where they stand is kept for phrases (`deep`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from monitoring.search.analysis import (
    Concepts,
    analyse,
    clean,
    hidden_words,
    number_token,
    pack_letters,
)
from monitoring.search.analysis.words import MAX_TOKEN, read
from monitoring.search.documents import HEAD, MOST, SearchDocument

GAP = 50
"""Positions between fields and languages, so that no phrase crosses them."""
NUMBER_SIGN = "№"
"""Before a number of the record itself among the title's stems: people name acts by it."""
ORDERING = ("exact", "title")
"""The streams that only order what is found; every engine indexes them under these names."""
OVERLAP = 200
"""Words of the beginning of a long text that are kept with the rest: as long as a query may be."""
EMPTY = "_"
"""Stands in an empty stream, so that engines agree on how many documents have one."""


@dataclass(frozen=True)
class Streams:
    """A document in tokens.

    `stems`: (position, token) of all texts and numbers, by position; what finds. `exact` (folded
    words with their stems, see `words.exact_token`), `grams` (of the folded words, see
    `analysis.grams.pack`) and `title` (stems of the titles, and the record's own numbers after a
    sign): what only orders. `spelled`: the words in lower case
    as written, which the vocabulary counts. Of the rest of long texts: `rest` has each stem that
    stands nowhere else, once; `deep` the positions of all of it, from OVERLAP words before on.
    """

    stems: tuple[tuple[int, str], ...]
    exact: tuple[str, ...]
    grams: bytes
    title: tuple[str, ...]
    numbers: tuple[str, ...]
    spelled: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    deep: tuple[tuple[int, str], ...] = ()

    @property
    def placed(self) -> tuple[tuple[int, str], ...]:
        """Every token with its position; of long texts some twice."""
        return self.stems + self.deep

    def ordering(self, name: str) -> tuple[str, ...]:
        """The tokens of one of ORDERING; never none."""
        streams = {"exact": self.exact, "title": self.title}
        return streams[name] or (EMPTY,)

    @cached_property
    def positions(self) -> Mapping[str, frozenset[int]]:
        """Where each token stands."""
        found: dict[str, set[int]] = defaultdict(set)
        for position, token in self.placed:
            found[token].add(position)
        return {token: frozenset(places) for token, places in found.items()}

    def mask(self, token: str) -> int:
        """Where a token stands, as the bits of a number: a phrase is one of many compared so."""
        known = self._masks.get(token)
        if known is None:
            places = self.positions.get(token, frozenset())
            bits = bytearray(max(places, default=0) // 8 + 1)
            for place in places:
                bits[place >> 3] |= 1 << (place & 7)
            known = self._masks[token] = int.from_bytes(bits, "little")
        return known

    @cached_property
    def _masks(self) -> dict[str, int]:
        return {}


def streams_of(document: SearchDocument, concepts: Concepts) -> Streams:
    """The streams of a document; the same for every engine."""
    stems: list[tuple[int, str]] = []
    exact: list[str] = []
    grams: list[str] = []
    deep: list[tuple[int, str]] = []
    rest: set[str] = set()
    written: set[str] = set()
    spelled: list[str] = []
    title: list[str] = []
    offset = 0
    for language, text in document.texts.items():
        for index, part in enumerate((text.title, text.body, text.also)):
            positions, row = read(clean(part[:MOST]), language)
            # Of a long text the words of its beginning; of any other all.
            head = len(read(clean(part[:HEAD]), language)[1]) if len(part) > HEAD else len(row)
            keys = [word.terms for word in row]
            terms = concepts.named(positions, keys)
            found = [
                (position, stem)
                for position, word in zip(positions, row, strict=True)
                for stem in word.stems
            ]
            open_words = row
            if terms:
                hidden = hidden_words(keys, terms, concepts)
                if hidden:
                    open_words = [word for at, word in enumerate(row) if at not in hidden]
                    shown = [at for at in range(len(row)) if at not in hidden]
                    found = [(positions[at], stem) for at in shown for stem in row[at].stems]
                found += sorted({(positions[term.first], term.token) for term in terms})
                found.sort(key=itemgetter(0))
            if head < len(row):
                end, before = positions[head], positions[max(head - OVERLAP, 0)]
                deep += [(offset + at, token) for at, token in found if at >= before]
                rest.update(token for at, token in found if at >= end)
                written.update(word.grams for word in row[head:])
                found = [pair for pair in found if pair[0] < end]
                open_words = open_words[:head]  # hidden words are few
            stems += [(offset + position, token) for position, token in found]
            exact += [word.together for word in open_words]
            grams += [word.grams for word in row[:head]]
            spelled += [word.spelled for word in row if word.spelled]
            if not index:
                title += [token for _, token in found]
            offset += (positions[-1] + 1 if positions else 0) + GAP
    numbers: list[str] = []
    for number in document.numbers:
        whole = number_token("".join(number.split()))[:MAX_TOKEN]
        parts = analyse(number, "kk").stems
        own = dict.fromkeys([whole, *(token for _, token in parts if token[0].isdigit())])
        numbers += own
        title += [f"{NUMBER_SIGN}{token}" for token in own]
        stems += [(offset, whole), *((offset + position, token) for position, token in parts)]
        offset += len(parts) + GAP
    stems.sort()  # nearly in order already
    return Streams(
        stems=tuple(dict.fromkeys(stems)),
        exact=tuple(exact),
        grams=pack_letters("".join(grams), "".join(written.difference(grams))),
        title=tuple(title),
        numbers=tuple(dict.fromkeys(numbers)),
        spelled=tuple(spelled),
        rest=tuple(sorted(rest.difference(token for _, token in stems))),
        deep=tuple(deep),
    )
