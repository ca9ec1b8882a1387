"""What waits for a person: the slot `todo` of `core.sections`, its data and its readers.

A room says in its `ready()` what of it waits for somebody:

    sections.register("todo", 30, own.todo)

    def todo(ids: Sequence[int], language: str) -> dict[int, Section]:
        return todo.answer(
            (pk, [Item("candidates", _("Incoming entries"), count, url, _("Decide"))])
            for pk in ids if todo.person(pk).has_perm("intake.change_candidate")
        )

`ids` are the keys of people; the provider is called with the language active, and asks its rows
once, however many people there are. Items with a count of zero are left out, so a provider need not
look. The admin's home page, «Біздің ұйым» and the weekly mail show the same items.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import translation

from monitoring.core import sections
from monitoring.core.sections import Section

SLOT = "todo"


@dataclass(frozen=True)
class Item:
    """One kind of thing that waits for one person.

    `name` is the same for ever ("candidates"); `label` says in the person's language what waits,
    `count` how many of it, `url` is the one click (a path) and `action` the words on it (a verb).
    `due` is the nearest day by which it must be done, `note` one more sentence: which one, since
    when. `order`: lower comes first among items without a due date.
    """

    name: str
    label: str
    count: int
    url: str
    action: str
    due: dt.date | None = None
    note: str = ""
    order: int = 50

    def place(self) -> tuple[bool, dt.date, int, str]:
        """Deadlines first, the nearest on top; then by order."""
        return (self.due is None, self.due or dt.date.max, self.order, self.name)


_people: ContextVar[dict[int, Any] | None] = ContextVar("people whose work is looked for")


def answer(found: Iterable[tuple[int, Iterable[Item]]]) -> dict[int, Section]:
    """A provider's answer: each person's items. The slot has one reader, so no template."""
    return {pk: Section("", {"items": list(items)}) for pk, items in found}


def person(pk: int) -> Any:
    """The person of an id, with the rights asked so far: all providers share one object."""
    people = _people.get()
    if people is not None and pk in people:
        return people[pk]
    return get_user_model()._default_manager.get(pk=pk)


def waiting_for(people: Sequence[Any], language: str) -> dict[int, list[Item]]:
    """What waits for each of some people who read one language, deadlines first.

    The number of queries is the rooms' own: it grows with the rooms, not with what waits.
    """
    with _known(people), translation.override(language):
        found = sections.collect(SLOT, [one.pk for one in people], language)
    return {
        pk: sorted(
            (item for part in parts for item in part.data["items"] if item.count),
            key=Item.place,
        )
        for pk, parts in found.items()
    }


@contextmanager
def _known(people: Sequence[Any]) -> Iterator[None]:
    token = _people.set({one.pk: one for one in people})
    try:
        yield
    finally:
        _people.reset(token)
