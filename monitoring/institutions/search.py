"""Public bodies as the search room knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, override

from monitoring.core.dates import long_date
from monitoring.core.models import LANGUAGES
from monitoring.institutions.models import Body
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.kinds import Hit, Kind, register

NAME = "body"


def queryset() -> QuerySet[Body]:
    """Bodies with a page and what the projection reads, in one query."""
    return Body.objects.filter(has_page=True).select_related("kind", "region", "district")


def from_db(body: Body) -> SearchDocument:
    """The document of a body: its name, and what and where it is."""
    texts = {code: Text(body.label_in(code), _about(body, code)) for code in LANGUAGES}
    facets = {
        "region": (body.region.code,) if body.region else (),
        "district": (body.district.code,) if body.district else (),
    }
    version = int(body.updated_at.timestamp() * 1_000_000)
    return SearchDocument(kind=NAME, id=body.pk, version=version, texts=texts, facets=facets)


def _about(body: Body, language: str) -> str:
    places = [one.label_in(language) for one in (body.kind, body.region, body.district) if one]
    return "\n".join(places)


def visible(ids: Iterable[int]) -> set[int]:
    """Which of these have a page."""
    return set(Body.objects.filter(has_page=True, pk__in=list(ids)).values_list("pk", flat=True))


def hits(ids: Sequence[int], language: str) -> Mapping[int, Hit]:
    """How bodies are shown among what was found: one query."""
    found = {}
    for body in queryset().filter(pk__in=ids):
        meta = [body.kind.label_in(language)]
        with override(language):
            address = reverse("body", args=[body.key])
            if body.has_ended:
                ended = long_date(body.date_to, body.date_to_precision, language)
                meta.append(f"{gettext('Ceased to exist')}: {ended}")
        title = body.label_in(language)
        found[body.pk] = Hit(title, address, language, " · ".join(meta), changed=body.updated_at)
    return found


def labels(facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
    """The name of the kind; places are named by the rooms that own them."""
    if facet != "kind":
        return {}
    with override(language):
        return {NAME: gettext("Public bodies")}


def install() -> None:
    """Make the kind known to search."""
    register(Kind(NAME, labels, queryset, from_db, visible, hits))
