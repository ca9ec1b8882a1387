"""The list of laws and decisions: words, filters, orders, and the same query as files."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core import sections
from monitoring.decisions import lines, listing, selectors
from monitoring.decisions.filters import Filters, Option, facets
from monitoring.decisions.listing import Listing
from monitoring.vocabulary.selectors import districts_by_region
from monitoring.web.found import found_of_list
from monitoring.web.views import PAGE_SIZE, alternates

FILES = {
    "CSV": "decisions_csv",
    "JSON": "decisions_json",
    "Atom": "decisions_atom",
    ".ics": "deadlines_calendar",
}
"""The same query as files: name and view; a calendar holds the deadlines of these decisions."""
FOLDED_AFTER = 10
"""Boxes of a group; the others fold."""


def _titles() -> dict[str, str]:
    return {
        "topic": gettext("Topic"),
        "kind": gettext("Kind of document"),
        "body": gettext("Public body"),
        "status": gettext("Status"),
        "stage": gettext("Stage"),
        "region": gettext("Area"),
        "district": gettext("District"),
        "year": gettext("Year"),
    }


def sort_names() -> dict[str, str]:
    """The orders of the list in words."""
    return {
        "relevance": gettext("Nearest to the words"),
        "date": gettext("By date"),
        "changed": gettext("By last change"),
        "deadline": gettext("By nearest deadline"),
    }


@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """Laws and decisions with filters. Whatever the address says, it answers: 15 queries.

    A page beyond the end shows the last one; values that name nothing are left out, and said.
    `?district=CODE`, as the home page asks, also says which wider decisions apply there.
    """
    language = (get_language() or "kk")[:2]
    asked = listing.read(request.GET)
    found = listing.answer(asked, language)
    # A paginator asks for a length and a slice, and no more.
    paginator: Paginator[Any] = Paginator(cast("list[int]", found.ids), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    decisions = listing.rows_of(list(page.object_list))
    place = selectors.place_of(asked.filters, language, beside=decisions)
    rows = selectors.titles(decisions, language)
    shown = sections.collect("decision.row", [row["decision"].pk for row in rows], language)
    for row in rows:
        row["sections"] = shown[row["decision"].pk]
        if asked.sort == "changed":
            row["changed"] = row["decision"].changed_at
    lines.say_stages(rows, language)
    groups = facets(asked.filters, language, found.of_words)
    query = asked.to_params().urlencode()
    lead = gettext(
        "Laws, decrees, resolutions and bills on local self-government: "
        "what was decided, where it stands, what changed."
    )
    context = {
        "found": found_of_list(language, lead, noindex=bool(query) or page.number > 1),
        "page": page,
        **neighbours(page, query),
        "rows": rows,
        "words": asked.words,
        "notices": [*found.notices, *_not_understood(asked, request.GET.get("page", ""), page)],
        "facets": _facets(groups),
        "hidden": [
            (name, value)
            for name, value in (
                ("q", asked.words),
                ("sort", "" if asked.sort == asked.usual_sort else asked.sort),
            )
            if value
        ],
        "kept": asked.filters.to_params().lists(),
        "sorts": _sorts(asked) if page.paginator.count > 1 else [],
        "place": place,
        # Asked for a place: the box stands ready for another one.
        "districts": districts_by_region(language) if "district" in request.GET else [],
        "chips": _chips(asked, groups),
        "query": query,
        "is_filtered": asked.is_narrowed,
        "files": [
            {"name": name, "address": with_query(reverse(view), query)}
            for name, view in FILES.items()
        ],
        "charts_url": with_query(reverse("charts"), asked.filters.to_params().urlencode()),
        "calendar_url": with_query(reverse("calendar"), asked.filters.to_params().urlencode()),
        "after": sections.collect("decisions.after", [0], language)[0],
        "as_search": _as_search(asked),
        "alternates": alternates("decision_list", query=query),
    }
    return render(request, "web/decision_list.html", context)


def with_query(address: str, query: str) -> str:
    """An address with a query, if there is one."""
    return f"{address}?{query}" if query else address


def neighbours(page: Page[Any], query: str = "") -> dict[str, str]:
    """Addresses of the pages before and after."""
    head = f"?{query}&page=" if query else "?page="
    return {
        "previous_url": f"{head}{page.number - 1}" if page.has_previous() else "",
        "next_url": f"{head}{page.number + 1}" if page.has_next() else "",
    }


def _not_understood(asked: Listing, typed: str, page: Page[Any]) -> list[str]:
    """What an address asked for that is not there, in sentences."""
    titles = _titles() | {"sort": gettext("Order")}
    said = [
        gettext("“%(value)s” (%(group)s) is not in the record (any more). It was left out.")
        % {"value": value, "group": titles[name]}
        for name, value in asked.left_out[:5]
    ]
    if typed and typed != str(page.number):
        said.append(
            gettext("There is no page “%(typed)s” here. This is page %(number)s.")
            % {"typed": typed[:20], "number": page.number}
        )
    return said


def _facets(groups: dict[str, list[Option]]) -> list[dict[str, Any]]:
    """The groups of the filter with their names, as components/facets.html shows them."""
    titles = _titles()
    shown = []
    for name, options in groups.items():
        first = [one for n, one in enumerate(options) if n < FOLDED_AFTER or one.checked]
        if name == "year" or len(options) <= FOLDED_AFTER + 2:
            first = options
        shown.append(
            {
                "name": name,
                "title": titles[name],
                "options": first,
                "more": [one for one in options if one not in first],
                "wide": name == "year",
            }
        )
    return shown


def _sorts(asked: Listing) -> list[dict[str, Any]]:
    address = reverse("decision_list")
    return [
        {
            "label": label,
            "is_chosen": sort == asked.sort,
            "address": with_query(address, asked.sorted_by(sort).to_params().urlencode()),
        }
        for sort, label in sort_names().items()
        if sort != "relevance" or asked.words
    ]


def _chips(asked: Listing, groups: dict[str, list[Option]]) -> list[dict[str, str]]:
    address = reverse("decision_list")
    chips = []
    if asked.words:
        left = asked.without_words()
        chips.append(
            {
                "label": f"“{asked.words}”",
                "address": with_query(address, left.to_params().urlencode()),
            }
        )
    for group, options in groups.items():
        for option in options:
            if option.checked:
                left = asked.with_filters(asked.filters.without(group, option.value))
                chips.append(
                    {
                        "label": option.label,
                        "address": with_query(address, left.to_params().urlencode()),
                    }
                )
    return chips


def _as_search(asked: Listing) -> str:
    """The same choice as parameters of a search, for whoever offers mail about this list.

    In a search "kind" tells decisions from pages; the kind of a document is "document" there.
    """
    params = QueryDict("kind=decision", mutable=True)
    if asked.words:
        params["q"] = asked.words
    for group, values in asked.filters.to_params().lists():
        params.setlist("document" if group == "kind" else group, values)
    return params.urlencode()


def filters_only(params: QueryDict) -> Filters:
    """The filters of an address, without what names nothing; one query if any is named."""
    return Filters.from_params(params).known()[0]
