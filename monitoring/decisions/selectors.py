"""Reads of the room `decisions`: lists with their facets, one page, changes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, F, Model, Prefetch, Q, QuerySet, Value
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
from monitoring.vocabulary.models import District, Region, Status, Topic
from monitoring.vocabulary.selectors import district_by_code

GROUPS = ("topic", "kind", "body", "status", "region", "district", "year")
"""Groups of the filter, in their order on the page; each is a name in the address."""
MOST_VALUES = 50
"""Of one group in one address: more are not read."""
_LABELLED: dict[str, tuple[type[Model], str]] = {
    "topic": (Topic, "slug"),
    "kind": (DecisionKind, "key"),
    "body": (Body, "key"),
    "status": (Status, "key"),
    "region": (Region, "code"),
    "district": (District, "code"),
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
    if districts := chosen.get("district"):
        found = found.filter(district__in=District.objects.filter(code__in=districts))
    if bodies := chosen.get("body"):
        through = Decision.bodies.through.objects.filter(body__key__in=bodies)
        found = found.filter(pk__in=through.values("decision_id"))
    if topics := chosen.get("topic"):
        tagged = TaggedDecision.objects.filter(tag__slug__in=topics)
        found = found.filter(pk__in=tagged.values("content_object_id"))
    return found


def facets(filters: Filters, language: str) -> dict[str, list[Option]]:
    """The boxes of every group with their counts, each count leaving out its own group.

    Two queries in all (counts, labels); empty boxes are left out unless ticked.
    """
    counts: dict[str, dict[int, int]] = {group: {} for group in GROUPS}
    for group, value, n in _union(
        _counts(group, matching(filters.without(group))) for group in GROUPS
    ):
        if value is not None:
            counts[group][value] = n
    options: dict[str, list[Option]] = {group: [] for group in GROUPS}
    labels = (_labels(group, counts[group], filters, language) for group in _LABELLED)
    for group, pk, value, label in _union(labels):
        checked = value in filters.chosen.get(group, ())
        options[group].append(Option(value, label, counts[group].get(pk, 0), checked))
    for rows in options.values():
        rows.sort(key=lambda option: (-option.count, kazakh_key(option.label)))
    years, checked_years = counts["year"], filters.chosen.get("year", ())
    options["year"] = [
        Option(str(year), str(year), years.get(year, 0), str(year) in checked_years)
        for year in sorted({*years, *map(int, checked_years)}, reverse=True)
    ]
    return options


def _union(queries: Iterable[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = queries
    return first.union(*others, all=True)


def _counts(group: str, found: DecisionQuerySet) -> QuerySet[Any, Any]:
    """Rows (group, value, number of decisions); the value is an id, of a year the year itself."""
    if group == "body":
        rows: QuerySet[Any] = Decision.bodies.through.objects.filter(decision__in=found)
        column = "body_id"
    elif group == "topic":
        rows, column = TaggedDecision.objects.filter(content_object__in=found), "tag_id"
    else:
        rows, column = found, "year" if group == "year" else f"{group}_id"
    return (
        rows.order_by()
        .annotate(group=Value(group), value=F(column))
        .values_list("group", "value")
        .annotate(n=Count("pk"))
    )


def _labels(
    group: str, counts: Mapping[int, int], filters: Filters, language: str
) -> QuerySet[Any, Any]:
    """Rows (group, id, value in addresses, label) of what was counted or ticked."""
    model, key = _LABELLED[group]
    shown = Q(pk__in=counts) | Q(**{f"{key}__in": filters.chosen.get(group, ())})
    rows = model._default_manager.filter(shown).order_by()
    return rows.annotate(group=Value(group)).values_list("group", "pk", key, f"name_{language}")


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


@dataclass(frozen=True)
class Place:
    """What applies in a district besides its own decisions; rows are the newest few."""

    district: District
    of_region: int
    of_republic: int
    region_rows: list[dict[str, Any]]
    republic_rows: list[dict[str, Any]]


def place_of(filters: Filters, language: str, length: int = 5) -> Place | None:
    """The one district that was asked for, with what wider acts apply there; five queries.

    None if no district, several, or none that is known was asked for.
    """
    asked = filters.chosen.get("district", ())
    district = district_by_code(asked[0]) if len(asked) == 1 else None
    if district is None:
        return None
    public = Decision.objects.public()
    region = Q(region=district.region_id, district=None)
    republic = Q(region=None)
    counts = public.aggregate(
        of_region=Count("pk", filter=region), of_republic=Count("pk", filter=republic)
    )
    newest = public.newest_first().values("pk")
    found = for_rows(
        Decision.objects.filter(
            Q(pk__in=newest.filter(region)[:length]) | Q(pk__in=newest.filter(republic)[:length])
        )
    )
    rows = titles(list(found.newest_first()), language)
    return Place(
        district,
        counts["of_region"],
        counts["of_republic"],
        [row for row in rows if row["decision"].region_id],
        [row for row in rows if not row["decision"].region_id],
    )


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
                "described": " · ".join(
                    [
                        decision.naming(language),
                        *(body.label_in(language) for body in decision.bodies.all()),
                    ]
                ),
                "address": decision.address_in(language),
            }
        )
    return rows
