"""Which record stands at an address: rooms above say it of their own pages in `ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """A record that has a page: its kind and id, its title and path by language."""

    kind: str
    id: int
    titles: dict[str, str]
    addresses: dict[str, str]


Finder = Callable[[str], Subject | None]

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Make a room's pages known: `finder(path)` answers for its own, None for others."""
    if finder not in _finders:
        _finders.append(finder)


def find(path: str) -> Subject | None:
    """The record whose page a path is, if any room knows it."""
    return next((found for finder in _finders if (found := finder(path))), None)
