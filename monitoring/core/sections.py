"""Slots by which an upper room shows itself in a lower one, without being imported by it.

Slots: decision.pointer, decision.voice, decision.row, digest.item, organisation.page,
organisation.documents, home, navigation, search.after, search.nothing (links), delivery (the
operators' page of mail), todo. The last is asked with ids of people and has data of its own: see
`core.todo`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Section:
    """What one room shows in a slot for one id: a template of that room and its data."""

    template: str
    data: dict[str, Any] = field(default_factory=dict)


Provider = Callable[[Sequence[int], str], dict[int, Section]]

_providers: dict[str, list[tuple[int, Provider]]] = defaultdict(list)


def register(slot: str, order: int, provider: Provider) -> None:
    """Fill a slot: `provider(ids, language)` answers for many ids at once: a list costs one query.

    Slots that belong to no record (home, navigation) are asked with `[0]`.
    """
    if (order, provider) not in _providers[slot]:
        _providers[slot].append((order, provider))
        _providers[slot].sort(key=lambda pair: pair[0])


def collect(slot: str, ids: Sequence[int], language: str) -> dict[int, list[Section]]:
    """The sections of a slot for each id, in the registered order."""
    found: dict[int, list[Section]] = {one: [] for one in ids}
    for _, provider in _providers[slot]:
        for one, section in provider(ids, language).items():
            found[one].append(section)
    return found
