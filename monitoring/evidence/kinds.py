"""The kinds of source that the platform can read; rooms above make theirs known here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitoring.evidence.entries import Ask, Entry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from monitoring.evidence.models import Fetch

LINE, CHOICE, NUMBER, LINES, MAP, FLAG = "line", "choice", "number", "lines", "map", "flag"


@dataclass(frozen=True)
class Setting:
    """One thing that a kind of source wants to know, as the form asks for it.

    `shape` decides what the connector gets: a text (`line`, `choice`), a whole number between
    `least` and `most` (`number`), a list of texts (`lines`), a dictionary out of lines
    `code = word` (`map`), or a yes or no (`flag`).
    """

    name: str
    label: StrOrPromise
    help: StrOrPromise = ""
    shape: str = LINE
    required: bool = False
    default: Any = ""
    choices: tuple[tuple[str, StrOrPromise], ...] = ()
    least: int = 0
    most: int = 0


def just_ask(url: str, settings: Mapping[str, Any]) -> Ask:
    """The first request of most sources: their own address."""
    return Ask(url)


@dataclass(frozen=True)
class Kind:
    """How one kind of source is read.

    `parser` is `package.module:function`, a pure `parse(raw, url, settings)` without Django that
    returns a `Reading`, or a list of entries when there is nothing else to say: it is called in a
    child process and raises `UnreadableError`. `check`, if there is one, is called likewise with
    no bytes and raises it for settings that cannot work. `first` says what to ask first.
    `take_in(fetch, entries)` keeps the entries and returns how many were new; it is called inside
    the transaction that closes the fetch, and may be called again for the same bytes.
    """

    name: str
    label: StrOrPromise
    parser: str
    take_in: Callable[[Fetch, Sequence[Entry]], int]
    settings: tuple[Setting, ...] = ()
    first: Callable[[str, Mapping[str, Any]], Ask] = just_ask
    check: str = ""
    about: StrOrPromise = ""

    def filled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of a source, with the defaults of those that it does not give."""
        return {one.name: given.get(one.name, one.default) for one in self.settings}


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of source known; rooms call this in `ready()`."""
    _kinds[kind.name] = kind


def forget(name: str) -> None:
    """Make a kind unknown again."""
    _kinds.pop(name, None)


def get(name: str) -> Kind:
    """The kind of that name. Raises KeyError."""
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
