"""Decisions as the search room knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext, override

from monitoring.core.dates import long_date
from monitoring.core.models import LANGUAGES, Trilingual
from monitoring.decisions.models import Decision, DecisionKind, Edition, Stage
from monitoring.institutions.models import Body
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.kinds import Hit, Kind, extend, register
from monitoring.vocabulary.models import District, Region, Status, Topic

NAME = "decision"
_LABELLED: dict[str, tuple[type[Trilingual], str]] = {
    "body": (Body, "key"),
    "topic": (Topic, "slug"),
    "status": (Status, "key"),
    "stage": (Stage, "key"),
    "region": (Region, "code"),
    "district": (District, "code"),
    "document": (DecisionKind, "key"),
}


def queryset() -> QuerySet[Any]:
    """Public decisions with all that the projection reads: six queries, whatever their number."""
    return (
        Decision.objects.public()
        .select_related("kind", "status", "stage", "region", "district")
        .prefetch_related(
            Prefetch("editions", Edition.objects.filter(live=True)),
            "bodies",
            "topics",  # type: ignore[misc]  # taggit is untyped
            "codes",
            "stage_events",
        )
    )


def from_db(decision: Decision) -> SearchDocument:
    """The document of a decision: its live texts, or its bare name where it has none."""
    editions = decision.live_editions()
    texts = {code: _text(decision, edition, code) for code, edition in editions.items()}
    if not texts:
        texts = {code: Text(decision.naming(code), "") for code in LANGUAGES}
    numbers = [decision.adoption_number, decision.register_number]
    numbers += [code.value for code in decision.codes.all()]
    numbers += [event.number for event in decision.stage_events.all()]
    return SearchDocument(
        kind=NAME,
        id=decision.pk,
        version=int(decision.updated_at.timestamp() * 1_000_000),
        texts=texts,
        facets={
            "body": tuple(sorted(body.key for body in decision.bodies.all())),
            "topic": tuple(sorted(topic.slug for topic in decision.topics.all())),
            "status": (decision.status.key,) if decision.status else (),
            "stage": (decision.stage.key,) if decision.stage else (),
            "region": (decision.region.code,) if decision.region else (),
            "district": (decision.district.code,) if decision.district else (),
            "document": (decision.kind.key,),
        },
        numbers=tuple(dict.fromkeys(number for number in numbers if number)),
        date=decision.date,
    )


def _text(decision: Decision, edition: Edition, language: str) -> Text:
    words = [edition.official_title, edition.summary, decision.naming(language)]
    words += [body.label_in(language) for body in decision.bodies.all()]
    return Text(edition.short_title, "\n".join(word for word in words if word))


def visible(ids: Iterable[int]) -> set[int]:
    """Which of these any reader may see now."""
    return set(Decision.objects.public().filter(pk__in=list(ids)).values_list("pk", flat=True))


def hits(ids: Sequence[int], language: str) -> Mapping[int, Hit]:
    """How decisions are shown among what was found: three queries."""
    rows = (
        Decision.objects.public()
        .filter(pk__in=ids)
        .select_related("kind")
        .prefetch_related(Prefetch("editions", Edition.objects.filter(live=True)), "bodies")
    )
    found = {}
    for decision in rows:
        edition = decision.edition_for(language)
        meta = [decision.naming(language), long_date(decision.date, decision.precision, language)]
        meta += [body.label_in(language) for body in decision.bodies.all()]
        found[decision.pk] = Hit(
            title=edition.short_title if edition else decision.naming(language),
            address=decision.address_in(language),
            language=edition.language if edition else language,
            meta=" · ".join(part for part in meta if part),
        )
    return found


def labels(facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
    """Names of the values of a facet: one query."""
    if facet == "kind":
        with override(language):
            return {NAME: gettext("Laws and decisions")}
    if facet not in _LABELLED:
        return {}
    model, key = _LABELLED[facet]
    rows = model._default_manager.filter(**{f"{key}__in": values})
    return {getattr(row, key): row.label_in(language) for row in rows}


def names(facet: str) -> Iterable[tuple[str, str]]:
    """(key, name) of every value of a facet in all languages: one query."""
    if facet not in _LABELLED:
        return
    model, key = _LABELLED[facet]
    for row in model._default_manager.all():
        for code in LANGUAGES:
            yield getattr(row, key), row.label_in(code)


def _documents(ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    rows = Decision.objects.filter(pk__in=ids).values_list("pk", "kind__key")
    return {pk: (key,) for pk, key in rows}


def versions() -> Iterable[tuple[int, int]]:
    """(id, version) of every public decision: one query."""
    for pk, at in Decision.objects.public().values_list("pk", "updated_at").iterator():
        yield pk, int(at.timestamp() * 1_000_000)


def install() -> None:
    """Make the kind known to search."""
    register(Kind(NAME, labels, queryset, from_db, visible, hits, versions, names))
    extend(
        NAME, "document", lambda values, language: labels("document", values, language), _documents
    )
