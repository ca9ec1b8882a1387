"""What an engine must do. The contract suite in tests/contract runs on each."""

from __future__ import annotations

import itertools
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from monitoring.search.documents import SearchDocument
from monitoring.search.plans import Plan
from monitoring.search.streams import Streams

LAYOUT = "9"
"""Grows when engines store something else, or documents hold more; older indexes are made anew."""
WINDOW = 10_000
"""Hits that can be reached by paging; `offset + limit` never asks beyond."""
TIE = 1e-6
"""Scores that differ by less than this share are equal: engines add floats in different orders."""
_ID_BITS, _KIND_BITS = 31, 9


ANSWER = 1.2
"""Seconds that all searches of one page together may wait for an engine."""
_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Searches inside wait so long for an engine in all; one `within` inside another ends sooner.

    An engine that answers each search just in time would otherwise hold up a page that asks
    several.
    """
    until, outer = time.monotonic() + seconds, _until.get()
    token = _until.set(until if outer is None else min(until, outer))
    try:
        yield
    finally:
        _until.reset(token)


def time_left(most: float) -> float:
    """Seconds that a search may wait now, at most so many; 0 or less: none are left."""
    until = _until.get()
    return most if until is None else min(most, until - time.monotonic())


class EngineError(Exception):
    """The index is missing or broken, or the engine is away. The database answers instead."""


class EngineAwayError(EngineError):
    """The engine does not answer, or not in time; its indexes may be well. Try again later."""


class EngineBusyError(EngineError):
    """Somebody else is writing; what was not written must be written again later."""


@dataclass(frozen=True)
class Entry:
    """A document with its tokens, ready to be written."""

    document: SearchDocument
    streams: Streams


def place_of(document: SearchDocument) -> int:
    """Where a document stands among its equals: the newer date first, then the higher id.

    A number under 2^63, different for each document of an index.
    """
    days = document.date.toordinal() if document.date else 0
    one = document.id & ((1 << _ID_BITS) - 1)
    kind = zlib.crc32(document.kind.encode()) & ((1 << _KIND_BITS) - 1)
    return (days << _ID_BITS | one) << _KIND_BITS | kind


def record_of(place: int) -> int:
    """The part of a place that names the record; it stays when the record's date changes."""
    return place & ((1 << (_ID_BITS + _KIND_BITS)) - 1)


def record_number(kind: str, one: int) -> int:
    """The same of a record by its kind and id."""
    number = (one & ((1 << _ID_BITS) - 1)) << _KIND_BITS
    return number | zlib.crc32(kind.encode()) & ((1 << _KIND_BITS) - 1)


def key_of(record: int, names: Iterable[str]) -> str:
    """The key of a record's number, if it is of one of the named kinds; else empty."""
    bits = record & ((1 << _KIND_BITS) - 1)
    kind = next((name for name in names if record_number(name, 0) == bits), "")
    return f"{kind}:{record >> _KIND_BITS}" if kind else ""


def record_in(key: str) -> tuple[str, int] | None:
    """The kind and id in a key "kind:id"; None for what no record of ours has."""
    name, _, one = key.rpartition(":")
    if not (one.isascii() and one.isdecimal() and len(one) < 19):
        return None
    return name, int(one)


class Scored(NamedTuple):
    """A found document before its texts are read: its score, its place, the engine's handle."""

    score: float
    place: int
    handle: Any


Reorder = Callable[[list[Scored]], list[Scored]]
"""Puts the best hits, at most `ranking.LOOK` of them, in another order; neither adds nor drops."""


def settled(found: Sequence[Scored]) -> list[Scored]:
    """Best first; of equal scores (see TIE) the higher place first. The same on every engine."""
    ordered = sorted(found, key=itemgetter(0), reverse=True)
    first = 0
    for index in range(1, len(ordered) + 1):
        if index < len(ordered):
            before = ordered[index - 1][0]
            if before - ordered[index][0] <= TIE * before:
                continue
        if index - first > 1:
            ordered[first:index] = sorted(ordered[first:index], key=itemgetter(1), reverse=True)
        first = index
    return ordered


def parted(scores: Sequence[float]) -> bool:
    """Whether scores, best first, are anywhere more than a tie apart."""
    return any(one - other > TIE * one for one, other in itertools.pairwise(scores))


@dataclass(frozen=True)
class EngineHit:
    """A found document: its key "kind:id", its score, its stored texts {lang: [title, body]}."""

    key: str
    score: float
    texts: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Answer:
    """Hits of one page, the number of all, and counts of each facet's values.

    The counts of a facet leave out its own filter.
    """

    hits: tuple[EngineHit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Backend(Protocol):
    """One engine with any number of builds (indexes), each by its name."""

    name: str

    def create(self, build: str) -> None:
        """Make an empty build; one that exists is left as it is."""

    def drop(self, build: str) -> None:
        """Remove a build with all that it holds; a missing one is no error.

        Raises EngineAwayError.
        """

    def write(
        self,
        build: str,
        entries: Sequence[Entry],
        removed: Sequence[str],
        *,
        force: bool = False,
        seen: bool = True,
    ) -> list[str]:
        """Write documents and remove keys; done and visible when it returns.

        Without `seen` it need not be visible before the next write with it, be that empty: an
        index that nobody searches yet is filled with less work.

        An entry whose version is older than the one in the build is left out, and its key given
        back; with `force` it is written all the same. Whoever meets an error writes all of it
        again: doing so twice changes nothing. Raises EngineBusyError, EngineAwayError or
        EngineError.
        """

    def search(
        self,
        build: str,
        plan: Plan,
        *,
        offset: int,
        limit: int,
        facets: bool = True,
        reorder: Reorder | None = None,
    ) -> Answer:
        """Carry out a plan (see `plans.matches`), best or newest first (see `settled`).

        `reorder` has the last word on the first hits where the order is by relevance. Nothing
        beyond WINDOW is reached. Raises EngineError.
        """

    def versions(self, build: str) -> dict[str, int]:
        """Key and version of every document. Raises EngineError."""

    def outgrown(self, build: str) -> bool:
        """Whether a build takes so much more than its documents that it should be made anew.

        Raises EngineError.
        """

    def check(self, build: str) -> str:
        """A short sentence on the state of a build.

        Raises EngineAwayError when that cannot be said now, EngineError when it must be made anew.
        """

    def options(self) -> dict[str, Any]:
        """What the engine was configured with, without secrets; for the operator."""
