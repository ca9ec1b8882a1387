"""Runs of three letters of the folded words, packed: what orders the best of what was found.

Words that share a part («тәуелсіз», «тәуелсіздік») share grams although no stem joins them. An
index of grams would be the largest part of an engine and the slowest; a document instead carries
its own grams in a few hundred bytes, and only the best candidates of a query are compared by them.
Each gram is written as one letter of its own, so that looking one up in a document is looking for a
letter in a string, the fastest search there is in Python.
"""

from __future__ import annotations

import zlib
from codecs import utf_16_le_decode
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

SIZE = 3
IDS = 0xD800
"""Distinct grams: the characters below the surrogates, which UTF-16 writes in two bytes each."""

_LETTERS = {letter: at for at, letter in enumerate("#абвгдежзиклмнопрстуфхшы0123456789")}
_BASE = len(_LETTERS)
_OWN: int = _BASE**SIZE
_MOST = 255


@lru_cache(maxsize=100_000)
def gram_letters(exact: str) -> str:
    """The grams of a folded word, its edges marked, one character each: ##з #за зан ан# of «заң».

    Letters of the skeleton and digits have grams of their own; other alphabets share the rest.
    """
    marked = f"##{exact}#"
    return "".join(chr(_number(marked[at : at + SIZE])) for at in range(len(marked) - SIZE + 1))


def _number(gram: str) -> int:
    number = 0
    for letter in gram:
        at = _LETTERS.get(letter)
        if at is None:
            return _OWN + zlib.crc32(gram.encode("utf-8", "replace")) % (IDS - _OWN)
        number = number * _BASE + at
    return number


def pack(words: Iterable[str]) -> bytes:
    """The grams of a document by its folded words; see `pack_letters`."""
    return pack_letters("".join(map(gram_letters, words)))


def pack_letters(grams: str, rest: str = "") -> bytes:
    """Grams of a document: 4 bytes their number, distinct ones (2 bytes each), their counts.

    Little-endian; grams ascend; a count stops at 255. Those of `rest` do not lengthen it.
    """
    counts = Counter(grams)
    if rest:
        counts.update(rest)
    letters = "".join(sorted(counts))
    numbers = [counts[one] for one in letters]
    if numbers and max(numbers) > _MOST:
        numbers = [min(one, _MOST) for one in numbers]
    return len(grams).to_bytes(4, "little") + letters.encode("utf-16-le") + bytes(numbers)


def unpacked(data: bytes) -> tuple[int, str, int]:
    """Packed grams of one document: their number, the distinct ones, where in the bytes the count
    of the first stands; so `data[first + letters.find(gram)]` is how often it has a gram.
    """
    first = 4 + (len(data) - 4) // 3 * 2 if len(data) > 4 else 4
    return int.from_bytes(data[:4], "little"), utf_16_le_decode(data[4:first])[0], first


class Packed:
    """Packed grams of one document, ready to be asked."""

    __slots__ = ("counts", "length", "letters")

    def __init__(self, data: bytes) -> None:
        self.length, self.letters, first = unpacked(data)
        self.counts = data[first:]

    def count(self, gram: str) -> int:
        """How often the document has a gram."""
        at = self.letters.find(gram)
        return self.counts[at] if at >= 0 else 0
