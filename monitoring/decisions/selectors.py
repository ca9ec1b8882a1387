"""Reads of the room `decisions`: lists with their facets, one page, changes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Model, Prefetch
from django.http import QueryDict

from monitoring.core.text import kazakh_key
from monitoring.decisions.models import (
    Decision,
    DecisionKind,
    DecisionQuerySet,
    Edition,
    StageEvent,
    TaggedDecision,
)
from monitoring.institutions.models import Body, Event
from monitoring.vocabulary.models import Region, Status, Topic

GROUPS = ("topic", "kind", "body", "status", "region", "year")
"""Groups of the filter, in their order on the page; each is a name in the address."""
MOST_VALUES = 50
"""Of one group in one address: more are not read."""
_LABELLED: dict[str, tuple[type[Model], str]] = {
    "topic": (Topic, "slug"),
    "kind": (DecisionKind, "key"),
    "body": (Body, "key"),
    "status": (Status, "key"),
    "region": (Region, "code"),
}


@dataclass(frozen=True)
class Filters:
    """What a reader ticked: values by group; anything unknown in an address is left out."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_params(cls, params: QueryDict) -> Filters:
        """Of an address; never raises."""
        chosen = {}
        for group in GROUPS:
            values = dict.fromkeys(params.getlist(group)[:MOST_VALUES])
            if group == "year":
                kept = tuple(v for v in values if v.isascii() and v.isdigit() and len(v) == 4)
            else:
                kept = tuple(value[:80] for value in values if value and "\0" not in value)
            if kept:
                chosen[group] = kept
        return cls(chosen)

    def to_params(self) -> QueryDict:
        """Back into an address, always in the same order."""
        params = QueryDict(mutable=True)
        for group in GROUPS:
            if self.chosen.get(group):
                params.setlist(group, list(self.chosen[group]))
        return params

    def without(self, group: str, value: str | None = None) -> Filters:
        """The same with one value, or a whole group, left out."""
        left = tuple(v for v in self.chosen.get(group, ()) if value is not None and v != value)
        return replace(self, chosen={**self.chosen, group: left})


@dataclass(frozen=True)
class Option:
    """One box of the filter."""

    value: str
    label: str
    count: int
    checked: bool


def matching(filters: Filters) -> DecisionQuerySet:
    """Public decisions that have one of the ticked values in every group."""
    found = Decision.objects.public()
    chosen = filters.chosen
    if years := chosen.get("year"):
        found = found.filter(year__in=[int(year) for year in years])
    if kinds := chosen.get("kind"):
        found = found.filter(kind__in=DecisionKind.objects.filter(key__in=kinds))
    if statuses := chosen.get("status"):
        found = found.filter(status__in=Status.objects.filter(key__in=statuses))
    if regions := chosen.get("region"):
        found = found.filter(region__in=Region.objects.filter(code__in=regions))
    if bodies := chosen.get("body"):
        through = Decision.bodies.through.objects.filter(body__key__in=bodies)
        found = found.filter(pk__in=through.values("decision_id"))
    if topics := chosen.get("topic"):
        tagged = TaggedDecision.objects.filter(tag__slug__in=topics)
        found = found.filter(pk__in=tagged.values("content_object_id"))
    return found


def facets(filters: Filters, language: str) -> dict[str, list[Option]]:
    """The boxes of every group with their counts, each count leaving out its own group.

    Two queries a group (counts, labels), one for years; empty boxes are left out unless ticked.
    """
    return {group: _options(group, filters, language) for group in GROUPS}


def _options(group: str, filters: Filters, language: str) -> list[Option]:
    others = matching(filters.without(group))
    checked = filters.chosen.get(group, ())
    if group == "year":
        years = dict(others.values_list("year").annotate(n=Count("pk")).order_by())
        years.pop(None, None)
        shown = sorted({*years, *(int(year) for year in checked)}, reverse=True)
        return [Option(str(y), str(y), years.get(y, 0), str(y) in checked) for y in shown]
    counts = _counts(group, others)
    if not counts and not checked:
        return []
    model, key = _LABELLED[group]
    rows = model._default_manager.filter(pk__in=counts) | model._default_manager.filter(
        **{f"{key}__in": checked}
    )
    options = [
        Option(
            getattr(row, key),
            row.label_in(language),  # type: ignore[attr-defined]  # every one is Trilingual
            counts.get(row.pk, 0),
            getattr(row, key) in checked,
        )
        for row in rows.distinct()
    ]
    return sorted(options, key=lambda option: (-option.count, kazakh_key(option.label)))


def _counts(group: str, found: DecisionQuerySet) -> dict[int, int]:
    if group == "body":
        through = Decision.bodies.through.objects.filter(decision__in=found)
        return dict(through.values_list("body_id").annotate(n=Count("pk")).order_by())
    if group == "topic":
        tagged = TaggedDecision.objects.filter(content_object__in=found)
        return dict(tagged.values_list("tag_id").annotate(n=Count("pk")).order_by())
    column = f"{group}_id"
    counts = dict(found.values_list(column).annotate(n=Count("pk")).order_by())
    counts.pop(None, None)
    return counts


def for_rows(found: DecisionQuerySet) -> DecisionQuerySet:
    """With all that a row of a list shows: two queries more, whatever the number of rows."""
    return found.select_related("kind", "status").prefetch_related(
        Prefetch("editions", Edition.objects.filter(live=True)), "bodies"
    )


def for_page(found: DecisionQuerySet) -> DecisionQuerySet:
    """With all that the page of a decision shows: ten queries more."""
    return found.select_related("kind", "status", "region", "status_by__kind").prefetch_related(
        Prefetch("editions", Edition.objects.filter(live=True)),
        "bodies",
        "topics",  # type: ignore[misc]  # taggit is untyped
        "links",
        "codes",
        Prefetch(
            "stage_events",
            StageEvent.objects.filter(void=False, replaced_by=None).select_related("stage", "body"),
        ),
        Prefetch("related", for_rows(Decision.objects.public().newest_first())),
        Prefetch("events", Event.objects.select_related("kind")),
    )


def in_order(events: Iterable[StageEvent]) -> list[StageEvent]:
    """Steps as they were taken; one whose date was not found stands before the next later stage."""
    known = sorted(
        (event for event in events if event.date),
        key=lambda event: (event.date, event.stage.order, event.pk),
    )
    for event in sorted(
        (event for event in events if not event.date), key=lambda event: event.stage.order
    ):
        place = next(
            (n for n, other in enumerate(known) if other.stage.order > event.stage.order),
            len(known),
        )
        known.insert(place, event)
    return known


def titles(decisions: Sequence[Decision], language: str) -> list[dict[str, Any]]:
    """For lists: decision, its title, the language of the title (another than the reader's)."""
    rows = []
    for decision in decisions:
        edition = decision.edition_for(language)
        rows.append(
            {
                "decision": decision,
                "edition": edition,
                "title": edition.short_title if edition else decision.naming(language),
                "title_language": edition.language if edition else language,
                "naming": decision.naming(language),
                "address": decision.address_in(language),
            }
        )
    return rows
