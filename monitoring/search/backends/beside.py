"""What a hit needs of its document, kept beside an index: one file a build, only appended to.

An engine's own store is packed in blocks, so that reading a hundred documents unpacks a hundred
blocks of others; here each is a slice of a file mapped into memory. A place is known by one number,
which the index holds in a column. Bytes once written never change: a reader of an older commit
finds what that commit said. What a changed document had before stays as waste until the next build.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Sequence
from pathlib import Path

SIZE_BITS = 24
"""Of a place, for the size of its head: the rest says where that begins."""
_TAIL = 4
"""Bytes between head and tail that say how long the tail is."""


class Beside:
    """The file of one build: of each document a head, read often, and a tail, read to show it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mapped: mmap.mmap | bytes = b""

    def create(self) -> None:
        """Make the file; one that exists stays."""
        self.path.touch()

    def append(self, documents: Sequence[tuple[bytes, bytes]]) -> list[int]:
        """Write heads and tails and give their places; on the disk when it returns.

        One writer at a time.
        """
        if not documents:
            return []
        places: list[int] = []
        parts: list[bytes] = []
        with self.path.open("r+b") as file:
            at = file.seek(0, os.SEEK_END)
            for head, tail in documents:
                if len(head) >> SIZE_BITS:
                    raise ValueError(f"a head of {len(head)} bytes is too large")
                places.append(at << SIZE_BITS | len(head))
                parts += (head, len(tail).to_bytes(_TAIL, "little"), tail)
                at += len(head) + _TAIL + len(tail)
            file.write(b"".join(parts))
            file.flush()
            os.fsync(file.fileno())
        return places

    def head(self, place: int) -> bytes:
        """The head of a place. Raises OSError if the file is missing or cut short."""
        start = place >> SIZE_BITS
        return self._bytes(start, start + (place & ((1 << SIZE_BITS) - 1)))

    def tail(self, place: int) -> bytes:
        """The tail of a place; raises as `head`."""
        start = (place >> SIZE_BITS) + (place & ((1 << SIZE_BITS) - 1)) + _TAIL
        size = int.from_bytes(self._bytes(start - _TAIL, start), "little")
        return self._bytes(start, start + size)

    def _bytes(self, start: int, end: int) -> bytes:
        if end > len(self._mapped):
            self._map_again(end)
        return self._mapped[start:end]

    def _map_again(self, end: int) -> None:
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size < end:
                raise OSError(f"{self.path.name} ends at {size}, before {end}")
            self._mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)

    @property
    def size(self) -> int:
        """Bytes in all, waste included."""
        return self.path.stat().st_size
