"""Runs of three letters of the folded words, packed: what orders the best of what was found.

Words that share a part («тәуелсіз», «тәуелсіздік») share grams although no stem joins them. An
index of grams would be the largest part of an engine and the slowest; a document instead carries
its own grams in a few hundred bytes, and only the best candidates of a query are compared by them.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

SIZE = 3
IDS = 1 << 16
"""Distinct numbers of grams."""

_LETTERS = {letter: at for at, letter in enumerate("#абвгдежзиклмнопрстуфхшы0123456789")}
_BASE = len(_LETTERS)
_OWN: int = _BASE**SIZE
_MOST = 255


@lru_cache(maxsize=100_000)
def gram_ids(exact: str) -> tuple[int, ...]:
    """Numbers of the grams of a folded word, its edges marked: «заң» gives ##з #за зан ан#.

    Letters of the skeleton and digits have numbers of their own; other alphabets share the rest.
    """
    marked = f"##{exact}#"
    return tuple(_number(marked[at : at + SIZE]) for at in range(len(marked) - SIZE + 1))


def _number(gram: str) -> int:
    number = 0
    for letter in gram:
        at = _LETTERS.get(letter)
        if at is None:
            return _OWN + zlib.crc32(gram.encode("utf-8", "replace")) % (IDS - _OWN)
        number = number * _BASE + at
    return number


def pack(words: Iterable[str]) -> bytes:
    """The grams of a document: 4 bytes their number, then distinct ids (2 bytes each), then counts.

    Little-endian; ids ascend; a count stops at 255.
    """
    counts: Counter[int] = Counter()
    for word in words:
        counts.update(gram_ids(word))
    ids = sorted(counts)
    packed = array("H", ids)
    if sys.byteorder == "big":  # pragma: no cover
        packed.byteswap()
    return (
        counts.total().to_bytes(4, "little")
        + packed.tobytes()
        + bytes(min(counts[one], _MOST) for one in ids)
    )


class Packed:
    """Packed grams of one document, ready to be asked."""

    __slots__ = ("counts", "ids", "length")

    def __init__(self, data: bytes) -> None:
        number = (len(data) - 4) // 3 if len(data) > 4 else 0
        self.length = int.from_bytes(data[:4], "little")
        self.ids = array("H")
        self.ids.frombytes(data[4 : 4 + 2 * number])
        if sys.byteorder == "big":  # pragma: no cover
            self.ids.byteswap()
        self.counts = data[4 + 2 * number :]

    def count(self, gram: int) -> int:
        """How often the document has a gram."""
        at = bisect_left(self.ids, gram)
        return self.counts[at] if at < len(self.ids) and self.ids[at] == gram else 0
