"""What can be followed, as stored queries: everything, a decision, a topic, a place, a search."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from monitoring.decisions.models import Decision
from monitoring.search import kinds
from monitoring.search.query import Query

EVERYTHING = Query(filters=(("kind", ("decision",)),))
FACETS = ("topic", "body", "region", "district")
DECISION = "decision"
"""A filter of stored queries alone: no list and no index knows it."""


def query_of(about: str, params: str = "") -> Query | None:
    """The query of a form's choice: "all", "topic:SLUG", "body:KEY", "region:CODE",
    "district:CODE", "decision:ID", "search" with its parameters.

    None for anything else.
    """
    if about == "all":
        return EVERYTHING
    if about == "search":
        asked = Query.from_params(QueryDict(params))
        return EVERYTHING if asked.is_empty else asked  # a list without filters lists everything
    facet, _colon, value = about.partition(":")
    if facet == DECISION:
        return of_decision(int(value)) if value.isascii() and value.isdecimal() else None
    if facet in FACETS and value:
        return Query(filters=((facet, (value,)),))
    return None


def form_parameters(query: Query) -> str:
    """What the form's address carries so that it offers this query: what `query_of` reads back."""
    if query == EVERYTHING:
        return "about=all"
    pk = decision_of(query)
    if pk is not None:
        return f"about={DECISION}:{pk}"
    if not query.text and len(query.filters) == 1:
        ((name, values),) = query.filters
        if name in FACETS and len(values) == 1:
            return urlencode({"about": f"{name}:{values[0]}"}, safe=":")
    return query.to_query_string()


def of_decision(pk: int) -> Query:
    """The query of whoever follows one decision."""
    return Query(filters=((DECISION, (str(pk),)),))


def decision_of(query: Query) -> int | None:
    """The decision that a query follows; None if it asks for something else."""
    values = query.values(DECISION)
    return int(values[0]) if len(values) == 1 and values[0].isdecimal() else None


def followers_of(ids: Iterable[int]) -> list[str]:
    """The digests under which the queries of these decisions are stored."""
    return [of_decision(pk).digest for pk in ids]


def describe(query: Query, language: str) -> str:
    """The query in the reader's words, for forms, the manage page and «why you got this»."""
    pk = decision_of(query)
    if pk is not None:
        return title_of(pk, language)
    with translation.override(language):
        if query == EVERYTHING:
            return _("every change of laws and decisions")
        return query.describe(language)


def title_of(pk: int, language: str) -> str:
    """The title of a decision as a reader of a language finds it; what is gone is said so."""
    kind = kinds.get(DECISION)
    hit = kind.hits([pk], language).get(pk) if kind else None
    if hit is not None:
        return hit.title
    row = Decision.objects.filter(pk=pk).select_related("kind").first()
    with translation.override(language):
        return row.naming(language) if row else _("a document that is no longer in the record")


def section_of(query: Query) -> str:
    """Under which kind of subscription a mail shows what a query found."""
    if query == EVERYTHING:
        return "all"
    names = {name for name, _values in query.filters} - {"kind"}
    if query.text or len(names) != 1:
        return "search"
    (name,) = names
    return _SECTIONS.get(name, "search")


_SECTIONS = {
    "decision": "decision",
    "number": "decision",
    "body": "body",
    "topic": "topic",
    "region": "place",
    "district": "place",
}


def address_of(query: Query, language: str) -> str:
    """The path at which the site answers the same query, the latest change on top."""
    pk, kind = decision_of(query), kinds.get(DECISION)
    hit = kind.hits([pk], language).get(pk) if kind and pk is not None else None
    if hit is not None:
        return hit.address
    with translation.override(language):
        if query == EVERYTHING or pk is not None:
            return reverse("changes")
        asked = set(query.values("kind")) or {DECISION}
        page = reverse("decision_list" if asked == {DECISION} else "search")
        return f"{page}?{query.without('kind').to_query_string()}"
