"""Reads of the room `library`: the list as a reader of a language sees it, and single entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from coalition.library.models import LibraryEntryPage, LibraryIndexPage
from coalition.pages.feeds import list_address
from coalition.pages.listing import Filter, Row, narrow, pages_of
from coalition.pages.selectors import in_any_language, in_language, load_related
from monitoring.core.sections import Section
from monitoring.core.sharing import chat_message

PER_PAGE = 20
KINDS = dict(LibraryEntryPage.Kind.choices)


def entries(language: str) -> Any:
    """The entries that exist in a language, the last published first."""
    pages = in_language(LibraryEntryPage.objects.all(), language)
    return pages.order_by("-first_published_at", "-pk")


def library_list(index: LibraryIndexPage, request: HttpRequest) -> dict[str, Any]:
    """The list with its filters: four queries, whatever its length.

    Entries that exist in another language only stand in it too, and say so.
    """
    language = index.locale.language_code
    address = index.get_url(request) or ""
    pages = in_any_language(LibraryEntryPage.objects.all(), language)
    pages = pages.order_by("-first_published_at", "-pk")
    left = narrow(_rows(pages, language), _filters(), request.GET, address)
    page = Paginator(left.ids, PER_PAGE).get_page(request.GET.get("p"))
    found = LibraryEntryPage.objects.filter(pk__in=list(page.object_list))
    rows = found.select_related("locale", "organisation", "region", "experience")
    return {
        "rows": [
            row(one, language, request) for one in rows.order_by("-first_published_at", "-pk")
        ],
        "facets": left.facets if any(one["options"] for one in left.facets) else [],
        "chips": left.chips,
        "address": address,
        "feed": reverse("library_feed"),
        "secretariat": settings.SECRETARIAT_EMAIL,
        **pages_of(page, left.query),
    }


def _filters() -> list[Filter]:
    return [
        Filter("field", gettext("Field of experience")),
        Filter("kind", gettext("Kind of entry")),
        Filter("topic", gettext("Topic")),
        Filter("organisation", gettext("Organisation")),
        Filter("region", gettext("Area")),
        Filter("year", gettext("Year"), wide=True, newest_first=True),
    ]


def _rows(pages: Any, language: str) -> list[Row]:
    """What the filters know, in two queries; every label comes along."""
    columns = (
        "pk",
        "kind",
        "year",
        "experience__key",
        f"experience__short_{language}",
        "organisation_id",
        f"organisation__short_name_{language}",
        "region__code",
        f"region__name_{language}",
    )
    found = list(pages.values_list(*columns))
    links = LibraryEntryPage.topics.through.objects.filter(
        libraryentrypage__in=[row[0] for row in found]
    )
    topics: dict[int, dict[str, str]] = defaultdict(dict)
    for pk, slug, label in links.values_list(
        "libraryentrypage_id", "topic__slug", f"topic__name_{language}"
    ):
        topics[pk][slug] = label
    return [
        Row(
            pk,
            {
                "field": {field: field_label},
                "kind": {kind: _sentence(str(KINDS[kind]))},
                "topic": topics.get(pk, {}),
                "organisation": {str(owner): owner_label} if owner else {},
                "region": {region: region_label} if region else {},
                "year": {str(year): str(year)} if year else {},
            },
        )
        for (
            pk, kind, year, field, field_label, owner, owner_label, region, region_label,
        ) in found
    ]  # fmt: skip


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def row(
    page: LibraryEntryPage, language: str, request: HttpRequest | None = None
) -> dict[str, Any]:
    """What a row shows; the words of a page in another language carry that language."""
    other = page.locale.language_code
    note = [Section("pages/elsewhere.html", {"language": other})] if other != language else []
    return {
        "meta": " · ".join(_facts(page, language)),
        "url": page.get_url(request),
        "title": page.title,
        "language": other,
        "text": page.lead,
        "sections": note,
    }


def _facts(page: LibraryEntryPage, language: str) -> list[str]:
    said = [_sentence(str(page.get_kind_display())), page.experience.short(language)]
    if page.organisation:
        said.append(page.organisation.short_name(language))
    if page.region:
        said.append(page.region.label_in(language))
    if page.year:
        said.append(str(page.year))
    return said


def entry_context(page: LibraryEntryPage, request: HttpRequest) -> dict[str, Any]:
    """What the page shows beside its text: at most two queries, and one for its files."""
    language = page.locale.language_code
    load_related(page, "experience", "organisation", "region", "image")
    full_url = page.get_full_url(request)
    return {
        "back": {"url": list_address(LibraryIndexPage), "label": gettext("Library")},
        "kind": _sentence(str(page.get_kind_display())),
        "field": page.experience,
        "field_label": page.experience.label_in(language),
        "owner": page.organisation.short_name(language) if page.organisation else "",
        "area": page.region.label_in(language) if page.region else "",
        "topics": list(page.topics.all()),
        "full_url": full_url,
        "message": chat_message(
            title=page.title,
            lines=[one for one in (" · ".join(_facts(page, language)), page.lead) if one],
            url=full_url or "",
        ),
    }


def of_organisations(ids: Sequence[int], language: str) -> dict[int, Section]:
    """For the slot organisation.page: its latest five entries. One query for many ids."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    pages = entries(language).filter(organisation__in=ids)
    for page in pages.select_related("locale")[:200]:
        if len(found[page.organisation_id]) < 5:
            found[page.organisation_id].append(
                {"url": page.get_url(), "title": page.title, "text": page.lead}
            )
    return {
        one: Section("library/of_organisation.html", {"entries": found[one]})
        for one in ids
        if one in found
    }
