"""Organisations in the search: found by any of their names, shown by their page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from coalition.pages.selectors import in_language
from coalition.registry.models import Organisation, OrganisationPage
from monitoring.core.models import LANGUAGES
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.kinds import Hit, Kind, register
from monitoring.vocabulary.models import Region

NAME = "organisation"


def labels(facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
    """The name of the kind and of regions."""
    if facet == "kind":
        with translation.override(language):
            return {NAME: gettext("Organisation")}
    if facet == "region":
        regions = Region.objects.filter(code__in=values)
        return {region.code: region.label_in(language) for region in regions}
    return {}


def queryset() -> QuerySet[Organisation]:
    """Organisations with a live page in any language."""
    return (
        Organisation.objects.filter(pages__live=True)
        .distinct()
        .select_related("region", "legal_form")
        .prefetch_related("pages__locale", "pages__language_record")
    )


def from_db(organisation: Organisation) -> SearchDocument:
    """Full and short name as title; place and the organisation's own sentence as text.

    The name as the source wrote it is searched too: people look for what they saw printed.
    """
    pages = {page.locale.language_code: page for page in organisation.pages.all() if page.live}
    texts = {}
    for language in LANGUAGES:
        page = pages.get(language)
        parts = [organisation.short_name(language), organisation.place(language)]
        if language == "kk":
            parts.append(organisation.name_as_in_source)
        if page is not None:
            parts += [page.lead, page.address]
        texts[language] = Text(organisation.label_in(language), " ".join(filter(None, parts)))
    changed = [page.last_published_at for page in pages.values() if page.last_published_at]
    stamp = int(max(changed).timestamp()) if changed else 0
    return SearchDocument(
        kind=NAME,
        id=organisation.pk,
        version=stamp * 1000 + organisation.version % 1000,
        texts=texts,
        facets={"region": (organisation.region.code,)},
    )


def visible(ids: Iterable[int]) -> set[int]:
    """Organisations whose page is shown in at least one language."""
    pages = OrganisationPage.objects.live().public().filter(organisation_id__in=list(ids))
    return set(pages.values_list("organisation_id", flat=True))


def hits(ids: Sequence[int], language: str) -> Mapping[int, Hit]:
    """Name, address and place in the reader's language, else in the first that is shown."""
    found: dict[int, Hit] = {}
    for code in [language[:2], *(one for one in LANGUAGES if one != language[:2])]:
        missing = [one for one in ids if one not in found]
        if not missing:
            break
        pages = in_language(OrganisationPage.objects.filter(organisation_id__in=missing), code)
        for page in pages.select_related("organisation"):
            organisation = page.organisation
            found[organisation.pk] = Hit(
                organisation.label_in(code), page.get_url() or "", code, organisation.place(code)
            )
    return found


def register_kind() -> None:
    """Make organisations known to the search."""
    register(Kind(NAME, labels, queryset, from_db, visible, hits))
