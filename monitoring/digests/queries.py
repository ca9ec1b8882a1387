"""What can be followed, as stored queries: everything, a topic, a body, a search."""

from __future__ import annotations

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from monitoring.search.query import Query

EVERYTHING = Query(filters=(("kind", ("decision",)),))
FACETS = ("topic", "body")


def query_of(about: str, params: str = "") -> Query | None:
    """The query of a form's choice: "all", "topic:SLUG", "body:KEY", "search" with its parameters.

    None for anything else.
    """
    if about == "all":
        return EVERYTHING
    if about == "search":
        asked = Query.from_params(QueryDict(params))
        return EVERYTHING if asked.is_empty else asked  # a list without filters lists everything
    facet, _colon, value = about.partition(":")
    if facet in FACETS and value:
        return Query(filters=((facet, (value,)),))
    return None


def describe(query: Query, language: str) -> str:
    """The query in the reader's words, for forms, the manage page and «why you got this»."""
    with translation.override(language):
        if query == EVERYTHING:
            return _("every change of laws and decisions")
        return query.describe(language)
