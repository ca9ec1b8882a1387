"""Reads of the room `registry`: the directory and one organisation's profile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext, pgettext
from wagtail.models import Page

from coalition.pages.selectors import in_language
from coalition.registry.directory import (
    VIEWS,
    Directory,
    Entry,
    Filters,
    Option,
    Tile,
    directory_standing,
    standing_labels,
)
from coalition.registry.models import Organisation, OrganisationPage, Standing
from coalition.registry.own_models import DataCheck
from monitoring.core import clock, sections
from monitoring.core.models import LANGUAGES
from monitoring.core.text import fold

CONTACTS = ("address", "phone", "email", "website")


PAGE_SIZE = 50


@dataclass(frozen=True)
class Row:
    """One organisation in a list; `url` is empty where its page is not shown in the language.

    `note` tells two of one name and place apart.
    """

    name: str
    place: str
    url: str
    number: int | None = None
    lead: str = ""
    note: str = ""

    @property
    def where(self) -> str:
        """The place, and what tells twins apart."""
        return f"{self.place} · {self.note}" if self.note else self.place


def directory(language: str, request: HttpRequest, address: str) -> dict[str, Any]:
    """The directory under the filter of an address: lists, boxes, map, table. Six queries.

    Confirmed members, founders of 2005 not confirmed since and ended memberships are lists of
    their own. The first of them that is not empty is paged, and counted by the boxes and the map.
    """
    filters = Filters.from_params(request.GET)
    found = Directory(filters, language)
    lists = {standing: found.listed(standing) for standing in found.shown}
    page = Paginator(lists[found.lead], PAGE_SIZE).get_page(request.GET.get("page"))
    parts = {
        standing: list(page.object_list) if standing == found.lead else entries[:PAGE_SIZE]
        for standing, entries in lists.items()
        if standing == found.lead or page.number == 1
    }
    shown = rows(found, [one for part in parts.values() for one in part], request)
    query = filters.to_params()
    facets = found.facets()
    return {
        "filters": filters,
        "is_filtered": filters.narrows(),
        "noindex": filters.narrows() or page.number > 1,
        "lead_list": found.lead,
        "has_members": any(one.standing == Standing.Kind.CONFIRMED for one in found.entries),
        "lists": [
            {
                "standing": standing,
                "total": len(lists[standing]),
                "rows": [shown[one.pk] for one in part],
                "more_url": _with(address, filters.only("standing", standing).to_params())
                if len(part) < len(lists[standing]) and standing != found.lead
                else "",
            }
            for standing, part in parts.items()
        ],
        "facets": [
            {"name": group, "title": title, "options": facets[group]}
            for group, title in _group_titles().items()
        ],
        "chips": _chips(address, filters, facets),
        "tiles": [_tile(address, filters, tile) for tile in found.tiles()],
        "table": _table(address, found),
        "views": [
            {
                "name": view,
                "url": _with(address, replace(filters, view=view).to_params()),
                "is_current": view == filters.view,
            }
            for view in VIEWS
        ],
        "page_number": page.number,
        "page_total": page.paginator.num_pages,
        "previous_url": _page(address, query, page.number - 1) if page.has_previous() else "",
        "next_url": _page(address, query, page.number + 1) if page.has_next() else "",
        "query": query.urlencode(),
        "data_query": replace(filters, view=VIEWS[0]).to_params().urlencode(),
        "kept": [
            *([("q", filters.query)] if filters.query else []),
            *([("view", filters.view)] if filters.view != VIEWS[0] else []),
        ],
        "secretariat_email": settings.SECRETARIAT_EMAIL,
    }


def rows(found: Directory, entries: list[Entry], request: HttpRequest | None) -> dict[int, Row]:
    """The rows of organisations by id, with the sentence and the address of their page. A query."""
    pages = _pages(found.language, [one.pk for one in entries])
    twins = found.twins()
    shown = {}
    for one in entries:
        page = pages.get(one.pk)
        same = (fold(one.name), one.place) in twins
        shown[one.pk] = Row(
            one.name,
            one.place,
            (page.get_url(request) or "") if page else "",
            one.number,
            page.lead if page else "",
            (page.slug if page else f"№ {one.pk}") if same else "",
        )
    return shown


def founders(language: str, request: HttpRequest | None = None) -> list[Row]:
    """The founding organisations as listed in 2005, in the order of the list. Two queries."""
    return named(list(Organisation.objects.founders()), language, request)


def named(
    organisations: list[Organisation], language: str, request: HttpRequest | None = None
) -> list[Row]:
    """Organisations in their order, each with its full name and the page's address. One query."""
    pages = _pages(language, [one.pk for one in organisations])
    return [
        Row(
            one.label_in(language),
            one.place(language),
            (pages[one.pk].get_url(request) or "") if one.pk in pages else "",
            one.number,
        )
        for one in organisations
    ]


def _pages(language: str, ids: list[int]) -> dict[int, OrganisationPage]:
    found = in_language(OrganisationPage.objects.filter(organisation_id__in=ids), language)
    return {page.organisation_id: page for page in found.defer("body")}


def _group_titles() -> dict[str, str]:
    return {
        "standing": gettext("Standing"),
        "region": pgettext("filter", "Region"),
        "place": pgettext("filter", "Town or village"),
        "experience": gettext("Field of experience"),
        "form": pgettext("filter", "Legal form"),
    }


def _chips(address: str, filters: Filters, facets: dict[str, list[Option]]) -> list[dict[str, str]]:
    """What is ticked and typed, each with the address without it."""
    chips = [("q", "", f"«{filters.query}»")] if filters.query else []
    chips += [
        (group, option.value, option.label)
        for group, options in facets.items()
        for option in options
        if option.checked
    ]
    return [
        {"label": label, "address": _with(address, filters.without(group, value).to_params())}
        for group, value, label in chips
    ]


def _tile(address: str, filters: Filters, tile: Tile) -> dict[str, Any]:
    """A tile leads to its region's organisations, a chosen one to all, an empty one nowhere."""
    target = filters.without("region") if tile.active else filters.only("region", tile.code)
    linked = tile.count or tile.active
    return {**vars(tile), "url": _with(address, target.to_params()) if linked else ""}


def _table(address: str, found: Directory) -> dict[str, Any]:
    """The map in words and numbers; each standing has its own column."""
    labels = standing_labels()
    region = pgettext("filter", "Region")
    lines = []
    for tile, counts in found.by_region():
        link = _tile(address, found.filters, tile)["url"]
        lines.append(
            [
                {"name": region, "text": tile.label, "url": link},
                *({"name": labels[one], "text": str(counts[one])} for one in found.shown),
            ]
        )
    return {"columns": [region, *(labels[one] for one in found.shown)], "rows": lines}


def _with(address: str, params: QueryDict) -> str:
    return f"{address}?{params.urlencode()}" if params else address


def _page(address: str, params: QueryDict, number: int) -> str:
    params = params.copy()
    params["page"] = str(number)
    return _with(address, params)


def page_below(index: Page, slug: str) -> OrganisationPage | None:
    """The page with this word in its address, which brings its other languages along. One query."""
    own = OrganisationPage.objects.child_of(index).filter(slug=slug)
    pages = list(_profile_pages(organisation=Subquery(own.values("organisation")[:1])))
    for page in pages:
        if page.slug == slug and page.path.startswith(index.path):
            page._cached_parent_obj = index  # as Wagtail's own routing does
            page.of_all_languages = [one for one in pages if one.live or one.pk == page.pk]
            return page
    return None


def _profile_pages(**found_by: Any) -> QuerySet[OrganisationPage]:
    pages: QuerySet[OrganisationPage] = (
        OrganisationPage.objects.filter(**found_by)
        .select_related("organisation__legal_form", "organisation__region", "logo")
        .annotate(data_confirmed=_data_confirmed())
        .order_by("pk")
    )
    return pages


def profile(page: OrganisationPage, language: str) -> dict[str, Any]:
    """What an organisation’s page shows beside its own text: five queries, and the slots."""
    pages = getattr(page, "of_all_languages", None)
    if pages is None:
        shown = _profile_pages(organisation_id=page.organisation_id)
        pages = list(shown.filter(Q(live=True) | Q(pk=page.pk)))
    organisation = pages[0].organisation if pages else page.organisation
    standings = [one for one in organisation.standings.all() if one.since <= clock.today()]
    newest = standings[-1] if standings else None
    standing = directory_standing(newest.kind if newest else None, organisation.number)
    return {
        "organisation": organisation,
        "full_name": organisation.label_in(language),
        "place": organisation.place(language),
        "legal_form": organisation.legal_form.label_in(language) if organisation.legal_form else "",
        "standings": standings,
        "newest": newest,
        "confirmed": standing == Standing.Kind.CONFIRMED,
        "ended": standing == Standing.Kind.ENDED,
        "names": _names(organisation, language),
        "contacts": public_contacts(page, pages),
        "data_confirmed": getattr(pages[0], "data_confirmed", None) if pages else None,
        "logo": page.logo or next((one.logo for one in pages if one.logo), None),
        "experience": [
            {"label": one.short(language), "title": one.label_in(language), "key": one.key}
            for one in organisation.experience.all()
        ],
        "region_name": organisation.region.label_in(language),
        "standing": standing,
        # The list stands right above its pages: no query for its address.
        "index_address": "../",
        "documents": _slot("organisation.documents", organisation, language),
        "sections": _slot("organisation.page", organisation, language),
        "secretariat_email": settings.SECRETARIAT_EMAIL,
    }


def _data_confirmed() -> Subquery:
    """When the organisation of a page last found its data right."""
    answered = DataCheck.objects.answered().filter(organisation=OuterRef("organisation"))
    return Subquery(answered.values("answered_at")[:1])


def _slot(name: str, organisation: Organisation, language: str) -> list[sections.Section]:
    return sections.collect(name, [organisation.pk], language)[organisation.pk]


def _names(organisation: Organisation, language: str) -> list[dict[str, Any]]:
    """Each language's name with how sure it is, the reader's own first."""
    order = [language, *(code for code in LANGUAGES if code != language)]
    return [
        {
            "language": code,
            "name": organisation.label_in(code),
            "confirmed": getattr(organisation, f"name_{code}_confirmed"),
            "source": getattr(organisation, f"name_{code}_source", ""),
            "host": urlsplit(getattr(organisation, f"name_{code}_source", "")).hostname or "",
        }
        for code in order
    ]


def public_contacts(
    page: OrganisationPage, pages: Iterable[OrganisationPage] | None = None
) -> dict[str, str]:
    """Public contacts: this page's own, else those of a live version in another language.

    Without `pages`, those that `page_below` brought along; asks nothing.
    """
    if pages is None:
        pages = getattr(page, "of_all_languages", ())
    contacts = {name: str(getattr(page, name)) for name in CONTACTS}
    for other in pages:
        for name in CONTACTS:
            contacts[name] = contacts[name] or str(getattr(other, name))
    return contacts
