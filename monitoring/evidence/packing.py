"""Unpacks a stream in small pieces, so that a compression bomb is seen before it fills memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitoring.evidence.reasons import FetchError

CHUNK = 64 * 1024


@dataclass(frozen=True)
class Piece:
    """Unpacked data, and how many bytes off the wire it took."""

    came: int
    data: bytes


def unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[Piece]:
    """Pieces of at most 64 KB, however far the stream unpacks.

    `encoding` is the Content-Encoding in lower case. Raises FetchError `bad_encoding` for damaged
    or unknown packing, `truncated` where the stream ends too early.
    """
    if encoding in {"", "identity"}:
        yield from (Piece(len(chunk), chunk) for chunk in chunks)
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise FetchError("bad_encoding")
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for chunk in chunks:
            came, rest = len(chunk), chunk
            while rest:
                if unpacker.eof:  # a file of several members
                    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
                yield Piece(came, unpacker.decompress(rest, CHUNK))
                came = 0
                rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        while not unpacker.eof and (data := unpacker.decompress(b"", CHUNK)):
            yield Piece(0, data)
    except zlib.error as error:
        raise FetchError("bad_encoding") from error
    if not unpacker.eof:
        raise FetchError("truncated")
