"""The kinds of source that the platform can read; rooms above make theirs known here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitoring.evidence.entries import Entry

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from monitoring.evidence.models import Fetch


@dataclass(frozen=True)
class Kind:
    """How one kind of source is read.

    `parser` is `package.module:function`, a pure `parse(raw, url) -> list[Entry]` without Django:
    it is called in a child process and raises `UnreadableError`. `take_in(fetch, entries)` keeps
    the entries and returns how many were new; it is called inside the transaction that closes the
    fetch, and may be called again for the same bytes.
    """

    name: str
    label: StrPromise
    parser: str
    take_in: Callable[[Fetch, Sequence[Entry]], int]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of source known; rooms call this in `ready()`."""
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
