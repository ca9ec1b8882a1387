"""Files of vectors as the site writes them: records go out raw, the helper settles them."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from monitoring.search.semantic.process import Helper

_RECORD = struct.Struct("<qI")
LANGUAGES = ("kk", "ru", "en")
"""A window's language is kept as its place in this row."""
_SUFFIX = ".part"
SECONDS = 300.0
"""For settling one part; 100,000 records take about ten."""


@dataclass(frozen=True)
class Vectors:
    """The packed vectors of a record's windows, one after another, and the windows' languages.

    None at all: the record is gone, or has no text.
    """

    record: int
    languages: tuple[str, ...] = ()
    data: bytes = b""


def write_part(
    folder: Path, rows: Iterable[Vectors], helper: Helper, *, generation: int, number: int
) -> int:
    """Write a part (see `vectors`); number 0 begins a generation with a mean of its own.

    Gives the windows written. Raises MeaningError or OSError; nothing is left half.
    """
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / part_name(generation, number)
    raw = out.with_suffix(".raw")
    with raw.open("wb") as file:
        for row in rows:
            file.write(_RECORD.pack(row.record, len(row.languages)))
            file.write(bytes(LANGUAGES.index(one) for one in row.languages))
            file.write(row.data)
    try:
        first = folder / part_name(generation, 0)
        asked = {"do": "part", "raw": str(raw), "out": str(out)}
        answer = helper.ask({**asked, "mean_of": str(first) if number else None}, SECONDS)
    finally:
        raw.unlink(missing_ok=True)
    return int(answer["windows"])


def part_name(generation: int, number: int) -> str:
    """The name of a part; `newest` reads it."""
    return f"{generation:08d}-{number:04d}{_SUFFIX}"


def newest(folder: Path) -> list[str]:
    """The names of the parts of the newest generation that has a first part, in their order."""
    try:
        names = sorted(one.name for one in folder.iterdir() if one.suffix == _SUFFIX)
    except OSError:
        return []
    firsts = [name for name in names if name.endswith(f"-0000{_SUFFIX}")]
    return [name for name in names if name[:8] == firsts[-1][:8]] if firsts else []


def forget_before(folder: Path, generation: int) -> None:
    """Remove older generations; who has one mapped keeps it until it looks again."""
    for one in folder.iterdir():
        if one.suffix in {_SUFFIX, ".new", ".raw"} and one.name < f"{generation:08d}":
            one.unlink(missing_ok=True)
