"""Decisions as the search room knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext, override

from monitoring.core.dates import Precision, long_date
from monitoring.core.models import LANGUAGES, Trilingual
from monitoring.decisions.models import Decision, DecisionKind, Edition, Stage, TextVersion
from monitoring.decisions.text.parse import CONTENTS, HEADED, NOTE, Act, Piece, parse
from monitoring.institutions.models import Body
from monitoring.search.documents import HEAD, SearchDocument, Text
from monitoring.search.kinds import Hit, Kind, Line, Place, extend, register
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
    """Public decisions with all that the projection reads: seven queries, however many."""
    return (
        Decision.objects.public()
        .select_related("kind", "status", "stage", "region", "district")
        .prefetch_related(
            Prefetch("editions", Edition.objects.filter(live=True)),
            "bodies",
            "topics",  # type: ignore[misc]  # taggit is untyped
            "codes",
            "stage_events",
            Prefetch("text_versions", _newest()),
        )
    )


def _newest() -> QuerySet[TextVersion]:
    """The newest text in each language; a corrected or withdrawn one does not count."""
    return _standing().filter(
        ~Exists(
            _standing().filter(
                decision=OuterRef("decision"),
                language=OuterRef("language"),
                valid_from__gt=OuterRef("valid_from"),
            )
        )
    )


def _standing() -> QuerySet[TextVersion]:
    """What holds of each day and language: the last row, unless it withdraws the others."""
    later = TextVersion.objects.filter(
        decision=OuterRef("decision"),
        language=OuterRef("language"),
        valid_from=OuterRef("valid_from"),
        pk__gt=OuterRef("pk"),
    )
    return TextVersion.objects.filter(~Exists(later), void=False)


def from_db(decision: Decision) -> SearchDocument:
    """The document of a decision: its live texts, or its bare name where it has none."""
    editions = decision.live_editions()
    acts = {row.language: row.text for row in decision.text_versions.all()}
    texts = {
        code: _text(decision, editions.get(code), code, acts.get(code, ""))
        for code in LANGUAGES
        if code in editions or code in acts or not editions
    }
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


def _text(decision: Decision, edition: Edition | None, language: str, act: str) -> Text:
    """The text of a language; `also` says what the page says beside it: who, what about, where."""
    naming = decision.naming(language)
    body = [part for part in (edition.official_title, edition.summary) if part] if edition else []
    marks: tuple[tuple[int, str, str], ...] = ()
    if len(act) > HEAD:  # of a shorter one `places` finds out when it is shown
        parsed = parse(act)
        act, marks = parsed.text, _marks(parsed, "\n".join(body).count("\n") + 1 if body else 0)
    body.append(act)
    named = [*decision.bodies.all(), *decision.topics.all(), decision.kind, decision.status]
    named += [decision.stage, decision.region, decision.district]
    also = dict.fromkeys(one.label_in(language) for one in named if one is not None)
    return Text(
        edition.short_title if edition else naming,
        "\n".join(part for part in body if part),
        "\n".join([naming, *also, str(decision.year or "")]),
        marks,
    )


def _marks(act: Act, before: int) -> tuple[tuple[int, str, str], ...]:
    """The provisions of an act by line, of which `before` stand above it."""
    named = []
    for line, piece in enumerate(act.pieces, start=before):
        if piece.kind not in (NOTE, CONTENTS) and (label := _label(act, piece)):
            named.append((line, piece.eid, label))
    return tuple(named)


def places(found: Mapping[int, Line], language: str) -> Mapping[int, Place]:
    """The provision of the newest text that a found line is. At most one query."""
    asked = [pk for pk, line in found.items() if not line.anchor]
    rows = _newest().annotate(begin=Left("text", HEAD)).filter(decision_id__in=asked)
    begins = {
        (pk, written_in): begin
        for pk, written_in, begin in rows.values_list("decision_id", "language", "begin")
    }
    named = {}
    for pk, line in found.items():
        anchor, label = line.anchor, line.label
        if not anchor:
            anchor, label = _provision(begins.get((pk, line.language), ""), line.text)
        if label:
            with override(language):
                address = reverse("decision_text", args=[pk])
            own = "" if line.language == language else f"?text={line.language}"
            named[pk] = Place(label, f"{address}{own}#{anchor}")
    return named


def _provision(text: str, line: str) -> tuple[str, str]:
    """Name and label of the provision of a short text that a line is; empty if it is none."""
    if line not in text:
        return "", ""
    act = parse(text)
    piece = next((one for one in act.provisions if one.line == line.strip()), None)
    return (piece.eid, _label(act, piece)) if piece is not None else ("", "")


def _label(act: Act, piece: Piece) -> str:
    """«39-3-бап, 1»: the article, then the part of it."""
    home = act.home(piece.eid)
    labels = [home.label] if home and home.eid != piece.eid else []
    if piece.label or piece.kind in HEADED:
        labels.append(piece.label or piece.line)
    return ", ".join(one.rstrip(". ") for one in labels if one)


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
            date=decision.date if decision.precision == Precision.DAY else None,
            changed=decision.changed_at,
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
    register(Kind(NAME, labels, queryset, from_db, visible, hits, versions, names, places))
    extend(
        NAME, "document", lambda values, language: labels("document", values, language), _documents
    )
