"""What words and grams the documents of an index hold, and how often: read by spelling and ranking.

A `Tally` counts while documents are written and can be stored and added up; a `Vocabulary` is made
of one and only read.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from monitoring.search.analysis import kazakh, scripts
from monitoring.search.analysis.grams import Packed
from monitoring.search.analysis.normalise import fold, plain

MAX_WORDS = 100_000
"""Words kept, the most frequent; about 40 MB when all are read."""
MAX_LETTERS = 40
TELLING = 0.95
"""A gram that a greater part of the documents has tells none from another."""


@dataclass
class Tally:
    """Counts over documents: words as spelled (lower case), documents of each gram."""

    words: Counter[str] = field(default_factory=Counter)
    grams: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    length: int = 0
    """Grams of all documents together."""
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Folded word and stem of words that were loaded."""

    def add(self, words: Iterable[str], packed: bytes) -> None:
        """Count a document by its words and packed grams."""
        self.words.update(word for word in words if len(word) <= MAX_LETTERS)
        grams = Packed(packed)
        self.grams.update(grams.letters)
        self.documents += 1
        self.length += grams.length

    def merge(self, other: Tally) -> None:
        """Add another's counts; the rarest words beyond the limit are forgotten."""
        self.words.update(other.words)
        self.keys.update(other.keys)
        if len(self.words) > 2 * MAX_WORDS:
            self.words = Counter(dict(self.words.most_common(MAX_WORDS)))
        self.grams.update(other.grams)
        self.documents += other.documents
        self.length += other.length

    def dump(self) -> bytes:
        """Compressed bytes that `load` reads."""
        head = {
            "documents": self.documents,
            "length": self.length,
            "grams": dict(sorted(self.grams.items())),
        }
        # Folding and stemming a vocabulary takes seconds: done once a word, not by each reader,
        # and not again when parts are added up.
        rows = []
        for word, count in self.words.most_common(MAX_WORDS):
            folded, stem = self.keys.get(word) or ((made := fold(word)), _stem(word, made))
            rows.append(f"{word}\t{count}\t{folded}\t{stem}")
        text = "\n".join([json.dumps(head), *rows])
        return zlib.compress(text.encode("utf-8", "replace"), 6)

    @classmethod
    def load(cls, data: bytes) -> Tally:
        """Read what `dump` wrote."""
        head, *rows = zlib.decompress(data).decode().split("\n")
        said = json.loads(head)
        grams = Counter(said["grams"])
        made = cls(grams=grams, documents=said["documents"], length=said["length"])
        for row in rows:
            word, count, folded, stem = row.split("\t")
            made.words[word] = int(count)
            made.keys[word] = (folded, stem)
        return made


def _stem(word: str, folded: str) -> str:
    """The Kazakh stem of a folded word; empty for words of other alphabets."""
    return "" if word.isascii() else kazakh.stem(folded)


class Vocabulary:
    """The words of an index under every key by which a query may mean them; immutable."""

    def __init__(self, tally: Tally | None = None) -> None:
        tally = tally or Tally()
        self.counts: Mapping[str, int] = dict(tally.words.most_common(MAX_WORDS))
        """Word as spelled, in lower case, to its occurrences; most frequent first."""
        self.documents = tally.documents
        self.gram_length = tally.length / tally.documents if tally.documents else 0.0
        self._grams = tally.grams
        self._known = tally.keys

    def __bool__(self) -> bool:
        return bool(self.counts)

    def _keys(self) -> Iterator[tuple[str, str, str]]:
        for word in self.counts:
            folded, stem = self._known.get(word) or ((made := fold(word)), _stem(word, made))
            yield word, folded, stem

    @cached_property
    def by_fold(self) -> Mapping[str, str]:
        """Folded word to its most frequent spelling."""
        found: dict[str, str] = {}
        for word, folded, _ in self._keys():
            found.setdefault(folded, word)
        return found

    @cached_property
    def by_sound(self) -> Mapping[str, str]:
        """What Latin letters leave of a Cyrillic word (see `scripts.sound`) to its spelling."""
        found: dict[str, str] = {}
        for folded, word in self.by_fold.items():
            if not word.isascii():
                found.setdefault(scripts.sound(folded), word)
        return found

    @cached_property
    def by_stem(self) -> Mapping[str, str]:
        """Kazakh stem (folded) to the most frequent word of it."""
        found: dict[str, str] = {}
        for word, _, stem in self._keys():
            if stem:
                found.setdefault(stem, word)
        return found

    def count(self, word: str) -> int:
        """Occurrences of a word as spelled."""
        return self.counts.get(word, 0)

    def telling(self, word: str, stems: Iterable[str]) -> float:
        """The inverse frequency of a word, about: by its spelling and the commonest of its stem.

        1 where nothing is counted; at least .1.
        """
        if not self.documents:
            return 1.0
        forms = {plain(word), *(self.by_stem.get(stem, "") for stem in stems)}
        seen = min(sum(map(self.count, forms)), self.documents)
        return max(0.1, math.log(1 + (self.documents - seen + 0.5) / (seen + 0.5)))

    def gram_weights(self, grams: str) -> tuple[tuple[str, float], ...]:
        """Each distinct gram that tells documents apart, with its inverse document frequency, as
        often as it was asked for.
        """
        most = TELLING * self.documents
        return tuple(
            (one, times * math.log(1 + (self.documents - seen + 0.5) / (seen + 0.5)))
            for one, times in Counter(grams).items()
            if 0 < (seen := self._grams.get(one, 0)) <= most
        )


NO_VOCABULARY = Vocabulary()
