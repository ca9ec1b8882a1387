"""Runs of three letters of the folded words, packed: what orders the best of what was found.

Words that share a part («тәуелсіз», «тәуелсіздік») share grams although no stem joins them. An
index of grams would be the largest part of an engine and the slowest; a document instead carries
its own grams in a few hundred bytes, and only the best candidates of a query are compared by them.
Each gram is written as one letter of its own, so that looking one up in a document is looking for a
letter in a string, the fastest search there is in Python.
"""

from __future__ import annotations

import zlib
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
    """The grams of a document: 4 bytes their number, distinct ones (2 bytes each), their counts.

    Little-endian; grams ascend; a count stops at 255.
    """
    counts = Counter("".join(map(gram_letters, words)))
    letters = "".join(sorted(counts))
    return (
        counts.total().to_bytes(4, "little")
        + letters.encode("utf-16-le")
        + bytes([min(counts[one], _MOST) for one in letters])
    )


class Packed:
    """Packed grams of one document, ready to be asked: `counts[letters.find(gram)]`."""

    __slots__ = ("counts", "length", "letters")

    def __init__(self, data: bytes) -> None:
        end = 4 + (len(data) - 4) // 3 * 2 if len(data) > 4 else 4
        self.length = int.from_bytes(data[:4], "little")
        self.letters = data[4:end].decode("utf-16-le")
        self.counts = data[end:]

    def count(self, gram: str) -> int:
        """How often the document has a gram."""
        at = self.letters.find(gram)
        return self.counts[at] if at >= 0 else 0
