"""Reads of the room `institutions`: the directory with its facets, one body, who sits in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from monitoring.core import clock
from monitoring.core.text import kazakh_key
from monitoring.institutions.models import Body, Convocation, Event, Membership

GROUPS = ("standing", "kind", "region")
"""Groups of the directory's filter; each is a name in the address."""
MOST_VALUES = 50
FORMER = 100
"""Of those who sat in a body without convocations, the latest are shown."""


@dataclass(frozen=True)
class Choice:
    """What a reader ticked in the directory; anything unknown in an address finds nothing."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_params(cls, params: QueryDict) -> Choice:
        """Of an address; never raises."""
        found = {
            group: tuple(dict.fromkeys(v[:80] for v in params.getlist(group)[:MOST_VALUES] if v))
            for group in GROUPS
        }
        return cls({group: values for group, values in found.items() if values})

    def to_params(self, without: tuple[str, str] = ("", "")) -> QueryDict:
        """Back into an address, one value left out if asked."""
        params = QueryDict(mutable=True)
        for group in GROUPS:
            kept = [v for v in self.chosen.get(group, ()) if (group, v) != without]
            if kept:
                params.setlist(group, kept)
        return params

    def holds(self, body: Body, *, but: str = "") -> bool:
        """Whether a body has one of the ticked values in every group (but one)."""
        return all(
            values_of(body)[group][0] in values
            for group, values in self.chosen.items()
            if group != but
        )


def values_of(body: Body) -> dict[str, tuple[str, str]]:
    """The value of a body in every group, with its label; the label of a standing is the web's."""
    return {
        "standing": (_standing(body), ""),
        "kind": (body.kind.key, body.kind.label),
        "region": (body.region.code, body.region.label) if body.region else ("", ""),
    }


def _standing(body: Body) -> str:
    if body.has_ended:
        return "ended"
    return "unknown" if body.end_is_unknown else "current"


def directory() -> list[Body]:
    """Every body with a page: those there are before those that ended, by kind and name. 1 query.

    A thousand rows at most: a maslikhat and an akimat a district.
    """
    rows = Body.objects.filter(has_page=True).select_related("kind", "region", "district")
    return sorted(
        rows,
        key=lambda one: (one.has_ended or one.end_is_unknown, one.kind_id, kazakh_key(one.label)),
    )


def boxes(bodies: Iterable[Body], choice: Choice) -> dict[str, list[dict[str, Any]]]:
    """The boxes of every group with counts that leave out their own group; no query."""
    rows = [(body, values_of(body)) for body in bodies]
    groups: dict[str, list[dict[str, Any]]] = {}
    for group in GROUPS:
        found: dict[str, dict[str, Any]] = {}
        for body, values in rows:
            value, label = values[group]
            checked = value in choice.chosen.get(group, ())
            if value and (checked or choice.holds(body, but=group)):
                box = found.setdefault(
                    value, {"value": value, "label": label, "count": 0, "checked": checked}
                )
                box["count"] += choice.holds(body, but=group)
        groups[group] = sorted(found.values(), key=lambda one: kazakh_key(one["label"]))
    return groups


def relatives(body: Body) -> dict[str, list[Body]]:
    """What stood before a body and what it consists of: one query."""
    rows = Body.objects.filter(Q(successor=body) | Q(parent=body), has_page=True)
    return {
        "predecessors": [one for one in rows if one.successor_id == body.pk],
        "parts": [one for one in rows if one.parent_id == body.pk],
    }


def events_of(body: Body) -> QuerySet[Event]:
    """Dated events of a body and of its kind, the newest first."""
    return Event.objects.filter(Q(body=body) | Q(body_kind=body.kind_id)).select_related(
        "kind", "status"
    )


def seats(
    body: Body, convocation: Convocation | None = None
) -> tuple[list[Membership], list[Membership]]:
    """Who sits in a body today, or sat in a convocation: offices first, by name. One query.

    Beside them, without a convocation asked for, who sat there outside any, the latest first.
    """
    today = clock.today()
    sits = Q(date_to__isnull=True) | Q(date_to__gt=today)
    asked = Q(convocation=convocation) if convocation else sits | Q(convocation=None)
    found = body.memberships.filter(asked).select_related("person", "post", "on_behalf_of")
    now: list[Membership] = []
    former: list[Membership] = []
    for one in found:
        ended = one.date_to is not None and one.date_to <= today
        (former if ended and not convocation else now).append(one)
    now.sort(key=lambda one: (one.post_id is None, one.post_id or 0, one.person.name_key, one.pk))
    former.sort(key=lambda one: (one.date_to or today, one.pk), reverse=True)
    return now, former[:FORMER]
