"""Vectors in files that are mapped into memory, and what is asked of them. Needs numpy.

Only the helper process imports this. A folder holds *parts*, each written whole and renamed into
place, so that a killed writer leaves nothing half. Parts of one generation share a mean; the first
(number 0) holds all records of its time, a later one those that changed since, or that went (a
record without windows). A reader takes the newest generation and, of a record, its latest part.

A vector is the model's minus the mean of the corpus, at length 1, in bytes: without that every text
of one language is near every other. Beside it stand the signs of its numbers in bits, by which the
likely ones are picked when all records are looked through.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from monitoring.search.semantic.parts import LANGUAGES, newest

DIMENSIONS = 384
SCALE = 400.0
"""A number of a vector as a byte: six times their usual size fits."""
PICKED = 2_000
"""Windows that are compared exactly after their signs were."""
_MAGIC = b"MEANING1"
_RECORD = struct.Struct("<qI")


class BrokenPartError(Exception):
    """A file is not a whole part."""


def packed(vector: Any) -> bytes:
    """A vector of the model as kept in the database: a scale (float32) and DIMENSIONS bytes."""
    largest = float(np.abs(vector).max()) or 1.0
    numbers = np.rint(vector * (127.0 / largest)).astype(np.int8)
    return bytes(struct.pack("<f", largest / 127.0) + numbers.tobytes())


PACKED = 4 + DIMENSIONS
"""Bytes of one packed vector."""


def unpacked(data: bytes) -> Any:
    """Packed vectors, one after another, as rows of float32."""
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, PACKED)
    scales = rows[:, :4].copy().view("<f4")
    return rows[:, 4:].view(np.int8).astype(np.float32) * scales


def _read_raw(path: Path) -> Iterator[tuple[int, bytes, bytes]]:
    """(record, languages, packed vectors) of a file written by `parts.write_raw`."""
    with path.open("rb") as file:
        while head := file.read(_RECORD.size):
            number, windows = _RECORD.unpack(head)
            yield number, file.read(windows), file.read(windows * PACKED)


def write_part(raw: Path, out: Path, mean_of: Path | None) -> int:
    """Make a part of raw vectors; with the mean of another part, or their own. Windows written."""
    rows = sorted((number, languages) for number, languages, _ in _read_raw(raw))
    count = sum(len(languages) for _, languages in rows)
    mean = Part(mean_of).mean if mean_of else _mean(raw, count)
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    starts[1:] = np.cumsum([len(languages) for _, languages in rows])
    at = {number: int(start) for (number, _), start in zip(rows, starts, strict=False)}
    vectors = np.zeros((count, DIMENSIONS), dtype=np.int8)
    for number, _, data in _read_raw(raw):
        if data:
            made = settled(unpacked(data), mean)
            vectors[at[number] : at[number] + len(made)] = made
    temporary = out.with_suffix(".new")
    with temporary.open("wb") as file:
        header = {"records": len(rows), "windows": count, "dimensions": DIMENSIONS}
        file.write(_MAGIC + json.dumps(header).encode().ljust(120))
        file.write(mean.astype("<f4").tobytes())
        file.write(np.array([number for number, _ in rows], dtype="<i8").tobytes())
        file.write(starts.astype("<i8").tobytes())
        file.write(_signs(vectors).tobytes())
        file.write(vectors.tobytes())
        file.write(b"".join(languages for _, languages in rows))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(out)
    return count


def _mean(raw: Path, count: int) -> Any:
    total = np.zeros(DIMENSIONS, dtype=np.float64)
    for _, _, data in _read_raw(raw):
        if data:
            total += unpacked(data).sum(axis=0)
    return (total / max(count, 1)).astype(np.float32)


def centred(vectors: Any, mean: Any) -> Any:
    """Vectors without the mean, at length 1."""
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
    return moved / np.maximum(lengths, 1e-6)


def settled(vectors: Any, mean: Any) -> Any:
    """Vectors as bytes of a part."""
    return np.clip(np.rint(centred(vectors, mean) * SCALE), -127, 127).astype(np.int8)


def _signs(vectors: Any) -> Any:
    return np.packbits(vectors > 0, axis=-1).view(np.uint64)


class Part:
    """One file, mapped. Raises BrokenPartError for one that is not whole, OSError for none."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        if size < 128:
            raise BrokenPartError(path.name)
        data = np.memmap(path, dtype=np.uint8, mode="r")
        try:
            if bytes(data[:8]) != _MAGIC:
                raise ValueError
            header = json.loads(bytes(data[8:128]))
            records, windows = int(header["records"]), int(header["windows"])
            if header["dimensions"] != DIMENSIONS:
                raise ValueError
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenPartError(path.name) from error
        width = DIMENSIONS // 8
        sizes = [DIMENSIONS * 4, records * 8, (records + 1) * 8, windows * width]
        sizes += [windows * DIMENSIONS, windows]
        if size != 128 + sum(sizes):
            raise BrokenPartError(path.name)
        ends = 128 + np.cumsum([0, *sizes])
        pieces = [data[ends[one] : ends[one + 1]] for one in range(len(sizes))]
        self.mean = np.array(pieces[0].view("<f4"))
        self.records = pieces[1].view("<i8")
        self.starts = pieces[2].view("<i8")
        self.signs = pieces[3].view(np.uint64).reshape(windows, width // 8)
        self.vectors = pieces[4].view(np.int8).reshape(windows, DIMENSIONS)
        self.languages = pieces[5]

    def place(self, record: int) -> int:
        """The row of a record; -1 if the part does not hold it."""
        at = int(np.searchsorted(self.records, record))
        return at if at < len(self.records) and self.records[at] == record else -1


@dataclass(frozen=True)
class Near:
    """How near a record's nearest window is to a query (cosine), and in which language it is."""

    record: int
    cosine: float
    language: str


class Store:
    """The vectors of a folder, as of their newest parts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: tuple[str, ...] = ()
        self._parts: list[Part] = []
        self._hidden: list[Any] = []

    def refresh(self) -> None:
        """Look for parts that came or went; a broken one is left out."""
        names = tuple(newest(self.folder))
        if names == self._seen:
            return
        parts = []
        for name in names:
            try:
                parts.append(Part(self.folder / name))
            except (BrokenPartError, OSError):
                if not parts:
                    break  # without the first there is no mean
        self._seen, self._parts = names, parts
        self._hidden = [self._overruled(index) for index in range(len(parts))]

    def _overruled(self, index: int) -> Any:
        """Windows of a part whose records a later part holds."""
        part = self._parts[index]
        later = [one.records for one in self._parts[index + 1 :]]
        if not later or not len(part.records):
            return np.zeros(len(part.vectors), dtype=bool)
        old = np.isin(part.records, np.concatenate(later))
        return np.repeat(old, np.diff(part.starts))

    @property
    def mean(self) -> Any:
        """The mean of the generation; None without vectors."""
        return self._parts[0].mean if self._parts else None

    def near(self, asked: Any, records: Sequence[int]) -> list[Near | None]:
        """How near each record is to a centred query; None for one without vectors."""
        found: list[Near | None] = []
        for record in records:
            at, part = -1, None
            for part in reversed(self._parts):
                at = part.place(record)
                if at >= 0:
                    break
            if part is None or at < 0 or part.starts[at] == part.starts[at + 1]:
                found.append(None)
                continue
            start, end = int(part.starts[at]), int(part.starts[at + 1])
            cosines = part.vectors[start:end].astype(np.float32) @ asked
            best = int(cosines.argmax())
            language = LANGUAGES[part.languages[start + best]]
            found.append(Near(record, float(cosines[best]) / SCALE, language))
        return found

    def nearest(self, asked: Any, count: int) -> list[Near]:
        """The records nearest to a centred query, of all that there are, the nearest first."""
        found: dict[int, Near] = {}
        signs = np.packbits(asked > 0).view(np.uint64)
        for part, hidden in zip(self._parts, self._hidden, strict=True):
            if not len(part.vectors):
                continue
            apart = np.bitwise_count(part.signs ^ signs).sum(axis=1, dtype=np.uint16)
            apart[hidden] = DIMENSIONS
            picked = np.arange(len(apart))
            if len(apart) > PICKED:
                picked = np.argpartition(apart, PICKED)[:PICKED]
            picked = picked[~hidden[picked]]
            cosines = part.vectors[picked].astype(np.float32) @ asked / SCALE
            best = np.argsort(-cosines)[: count * 8]
            owners = np.searchsorted(part.starts, picked[best], side="right") - 1
            for at, owner in zip(best, owners, strict=True):
                record = int(part.records[owner])
                if record not in found:
                    language = LANGUAGES[part.languages[picked[at]]]
                    found[record] = Near(record, float(cosines[at]), language)
        return sorted(found.values(), key=lambda one: (-one.cosine, one.record))[:count]
