"""What a reader ticks in the list of decisions: the choice, what it finds, boxes with counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, F, Model, Q, QuerySet, Value
from django.http import QueryDict

from monitoring.core.text import kazakh_key
from monitoring.decisions.models import (
    Decision,
    DecisionKind,
    DecisionQuerySet,
    Stage,
    TaggedDecision,
)
from monitoring.institutions.models import Body
from monitoring.vocabulary.models import District, Region, Status, Topic

GROUPS = ("topic", "kind", "body", "status", "stage", "region", "district", "year")
"""Groups of the filter, in their order on the page; each is a name in the address."""
MOST_VALUES = 50
"""Of one group in one address: more are not read."""
_LABELLED: dict[str, tuple[type[Model], str]] = {
    "topic": (Topic, "slug"),
    "kind": (DecisionKind, "key"),
    "body": (Body, "key"),
    "status": (Status, "key"),
    "stage": (Stage, "key"),
    "region": (Region, "code"),
    "district": (District, "code"),
}


@dataclass(frozen=True)
class Filters:
    """What a reader ticked: values by group. What names nothing is dropped by `known`."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_params(cls, params: QueryDict) -> Filters:
        """Of an address; never raises."""
        chosen = {}
        for group in GROUPS:
            values = dict.fromkeys(params.getlist(group)[:MOST_VALUES])
            kept = tuple(value[:80] for value in values if value and "\0" not in value)
            if kept:
                chosen[group] = kept
        return cls(chosen)

    def known(self) -> tuple[Filters, list[tuple[str, str]]]:
        """The values that the record knows, and the pairs (group, value) that it does not.

        One query, none if nothing was chosen. A bookmark may name a topic that has been renamed.
        """
        asked = [group for group in _LABELLED if self.chosen.get(group)]
        found: dict[str, set[str]] = {group: set() for group in GROUPS}
        if asked:
            for group, value in _union(_values(group, self.chosen[group]) for group in asked):
                found[group].add(value)
        found["year"] = {value for value in self.chosen.get("year", ()) if _is_year(value)}
        kept = {
            group: tuple(value for value in values if value in found[group])
            for group, values in self.chosen.items()
        }
        left_out = [
            (group, value)
            for group, values in self.chosen.items()
            for value in values
            if value not in found[group]
        ]
        return Filters({group: values for group, values in kept.items() if values}), left_out

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


def _is_year(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) == 4


def matching(filters: Filters) -> DecisionQuerySet:
    """Public decisions that have one of the ticked values in every group."""
    found = Decision.objects.public()
    chosen = filters.chosen
    if years := chosen.get("year"):
        found = found.filter(year__in=[int(year) for year in years if _is_year(year)])
    if kinds := chosen.get("kind"):
        found = found.filter(kind__in=DecisionKind.objects.filter(key__in=kinds))
    if statuses := chosen.get("status"):
        found = found.filter(status__in=Status.objects.filter(key__in=statuses))
    if stages := chosen.get("stage"):
        found = found.filter(stage__in=Stage.objects.filter(key__in=stages))
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


def facets(
    filters: Filters, language: str, ids: Sequence[int] | None = None
) -> dict[str, list[Option]]:
    """The boxes of every group with their counts, each count leaving out its own group.

    `ids`: only of these decisions, those that words found. Two queries in all (counts, labels);
    empty boxes are left out unless ticked.
    """
    counts = counts_of({group: filters.without(group) for group in GROUPS}, ids)
    options: dict[str, list[Option]] = {group: [] for group in GROUPS}
    labels = (_labels(group, counts[group], filters, language) for group in _LABELLED)
    for group, pk, value, label in _union(labels):
        checked = value in filters.chosen.get(group, ())
        options[group].append(Option(value, label, counts[group].get(pk, 0), checked))
    for rows in options.values():
        rows.sort(key=lambda option: (-option.count, kazakh_key(option.label)))
    years, checked_years = counts["year"], filters.chosen.get("year", ())
    options["year"] = [
        Option(f"{year:04}", str(year), years.get(year, 0), f"{year:04}" in checked_years)
        for year in sorted({*filter(None, years), *map(int, checked_years)}, reverse=True)
    ]
    return options


def counts_of(
    asked: Mapping[str, Filters], ids: Sequence[int] | None = None
) -> dict[str, dict[int, int]]:
    """How many decisions have each value of a group (an id, of a year the year): one query.

    0 counts those that have none. A decision of two bodies counts for both.
    """
    counts: dict[str, dict[int, int]] = {group: {} for group in asked}
    queries = []
    for group, filters in asked.items():
        found = matching(filters)
        queries.append(_counts(group, found if ids is None else found.filter(pk__in=ids)))
    for group, value, n in _union(queries):
        counts[group][value or 0] = n
    return counts


def labels_of(group: str, ids: Iterable[int], language: str) -> dict[int, tuple[str, str]]:
    """(value in addresses, label) by id, as the group's own order has them: one query."""
    model, key = _LABELLED[group]
    rows = model._default_manager.filter(pk__in=list(ids)).order_by(*(model._meta.ordering or ()))
    found = rows.values_list("pk", key, f"name_{language}")
    return {pk: (value, label) for pk, value, label in found}


def _union(queries: Iterable[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = queries
    union: QuerySet[Any, Any] = first.union(*others, all=True) if others else first
    return union


def _values(group: str, values: Sequence[str]) -> QuerySet[Any, Any]:
    model, key = _LABELLED[group]
    rows = model._default_manager.filter(**{f"{key}__in": values}).order_by()
    named: QuerySet[Any, Any] = rows.annotate(group=Value(group)).values_list("group", key)
    return named


def _counts(group: str, found: DecisionQuerySet) -> QuerySet[Any, Any]:
    """Rows (group, value, number of decisions); the value is an id, of a year the year itself."""
    if group == "body":
        rows: QuerySet[Any] = Decision.bodies.through.objects.filter(decision__in=found)
        column = "body_id"
    elif group == "topic":
        rows, column = TaggedDecision.objects.filter(content_object__in=found), "tag_id"
    else:
        rows, column = found, "year" if group == "year" else f"{group}_id"
    grouped = rows.order_by().annotate(group=Value(group), value=F(column))
    counts: QuerySet[Any, Any] = grouped.values_list("group", "value").annotate(n=Count("pk"))
    return counts


def _labels(
    group: str, counts: Mapping[int, int], filters: Filters, language: str
) -> QuerySet[Any, Any]:
    """Rows (group, id, value in addresses, label) of what was counted or ticked."""
    model, key = _LABELLED[group]
    shown = Q(pk__in=counts) | Q(**{f"{key}__in": filters.chosen.get(group, ())})
    rows = model._default_manager.filter(shown).order_by()
    labels: QuerySet[Any, Any] = rows.annotate(group=Value(group)).values_list(
        "group", "pk", key, f"name_{language}"
    )
    return labels
