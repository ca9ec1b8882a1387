"""What an engine must do. The contract suite in tests/contract runs on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from monitoring.search.documents import SearchDocument
from monitoring.search.plans import Plan
from monitoring.search.streams import Streams


class EngineError(Exception):
    """The engine is away, its index is missing or broken. The database answers instead."""


class EngineBusyError(EngineError):
    """Somebody else is writing; nothing was written, try again later."""


@dataclass(frozen=True)
class Entry:
    """A document with its tokens, ready to be written."""

    document: SearchDocument
    streams: Streams


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
        """Remove a build with all that it holds; a missing one is no error."""

    def write(self, build: str, entries: Sequence[Entry], removed: Sequence[str]) -> None:
        """Write documents and remove keys, all or nothing, visible when it returns.

        An entry whose version is older than the one in the build is left out.
        Raises EngineBusyError or EngineError.
        """

    def search(
        self, build: str, plan: Plan, *, offset: int, limit: int, facets: bool = True
    ) -> Answer:
        """Carry out a plan (see `plans.matches`), best or newest first. Raises EngineError."""

    def versions(self, build: str) -> dict[str, int]:
        """Key and version of every document. Raises EngineError."""

    def check(self, build: str) -> str:
        """A short sentence on the state of a build. Raises EngineError."""

    def options(self) -> dict[str, Any]:
        """What the engine was configured with, without secrets; for the operator."""
