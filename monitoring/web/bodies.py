"""Public pages of bodies: the directory, one body, its votes, the dates of institutions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_safe

from monitoring.core import sections
from monitoring.decisions import lines, selectors
from monitoring.decisions.filters import Filters, matching
from monitoring.decisions.models import VoteEvent
from monitoring.decisions.votes import for_rows, named_votes, shown_vote
from monitoring.institutions import selectors as institutions
from monitoring.institutions.models import Body, Convocation, Event, Membership
from monitoring.web.found import found_of_body, found_of_page
from monitoring.web.views import PAGE_SIZE, alternates

VOTES_SHOWN = 10
BODIES_A_PAGE = 60
EVENTS_A_PAGE = 50


def _language() -> str:
    return (get_language() or "kk")[:2]


def host(text: str) -> str:
    """The host of a source that is an address; empty for words."""
    parts = urlsplit(text) if text.startswith(("https://", "http://")) else None
    return (parts.hostname or "").removeprefix("www.") if parts else ""


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Every public body with filters by standing, kind and region: one query."""
    choice = institutions.Choice.from_params(request.GET)
    known = institutions.directory()
    found = [body for body in known if choice.holds(body)]
    groups = institutions.boxes(known, choice)
    standings = {
        "current": pgettext("bodies", "Not ended"),
        "ended": pgettext("bodies", "No longer exist"),
        "unknown": pgettext("bodies", "End date not found"),
    }
    for box in groups["standing"]:
        box["label"] = standings[box["value"]]
    page = Paginator(found, BODIES_A_PAGE).get_page(request.GET.get("page"))
    query = choice.to_params().urlencode()
    titles = {
        "standing": gettext("Standing"),
        "kind": gettext("Kind of body"),
        "region": gettext("Area"),
    }
    context = {
        "found": found_of_page(
            gettext("Public bodies"), ("bodies", []), noindex=bool(query) or page.number > 1
        ),
        "facets": [
            {"name": name, "title": titles[name], "options": options}
            for name, options in groups.items()
        ],
        "chips": [
            {"label": box["label"], "address": _chip(choice, group, box["value"])}
            for group, options in groups.items()
            for box in options
            if box["checked"]
        ],
        "is_filtered": bool(query),
        "page": page,
        **_neighbours(page, query),
        "alternates": alternates("bodies", query=query),
    }
    return render(request, "web/bodies.html", context)


def _chip(choice: institutions.Choice, group: str, value: str) -> str:
    query = choice.to_params((group, value)).urlencode()
    address = reverse("bodies")
    return f"{address}?{query}" if query else address


def _neighbours(page: Page[Any], query: str = "") -> dict[str, str]:
    """Addresses of the pages before and after."""
    head = f"?{query}&page=" if query else "?page="
    return {
        "previous_url": f"{head}{page.number - 1}" if page.has_previous() else "",
        "next_url": f"{head}{page.number + 1}" if page.has_next() else "",
    }


def _body(key: str) -> Body:
    known = Body.objects.select_related("kind", "successor", "parent", "region", "district")
    voted = Exists(VoteEvent.objects.public().filter(body=OuterRef("pk")))
    return get_object_or_404(known.annotate(has_votes=voted), key=key, has_page=True)


@require_safe
def body(request: HttpRequest, key: str) -> HttpResponse:
    """One body: what and where it is, until when, what follows, who sits, how it voted, decided.

    `?convocation=N` shows who sat then. At most 15 queries, whatever it decided.
    """
    language = _language()
    found = _body(key)
    convocations = list(found.convocations.all())
    asked = request.GET.get("convocation", "")
    convocation = next((one for one in convocations if str(one.number) == asked), None)
    filters = Filters({"body": (found.key,)})
    decided = matching(filters).newest_first()
    votes = list(for_rows(_votes_of(found))[: VOTES_SHOWN + 1]) if found.has_votes else []  # type: ignore[attr-defined]  # annotated
    seats, former = institutions.seats(found, convocation)
    kin = institutions.relatives(found)
    # Their number in the same query: of itself, not of each row, so it is counted once.
    counted = decided.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
    listed = decided.annotate(of_all=Subquery(counted))
    rows = selectors.titles(list(selectors.for_rows(listed)[:PAGE_SIZE]), language)
    lines.say_stages(rows, language)
    context = {
        "found": found_of_body(found, language, kin["parts"], noindex=convocation is not None),
        "body": found,
        **kin,
        "source_host": host(found.source),
        "convocations": _convocations(found, convocations, convocation),
        "convocation": convocation,
        "seats": [_seat(one) for one in seats],
        "former": [_seat(one) for one in former],
        "votes": [shown_vote(one, language) for one in votes[:VOTES_SHOWN]],
        "has_more_votes": len(votes) > VOTES_SHOWN,
        "events": institutions.events_of(found).prefetch_related("sources"),
        "rows": rows,
        "total": rows[0]["decision"].of_all if rows else 0,
        "query": filters.to_params().urlencode(),
        "after": sections.collect("body.after", [found.pk], language)[found.pk],
        "alternates": alternates(
            "body", key, query=f"convocation={convocation.number}" if convocation else ""
        ),
    }
    return render(request, "web/body.html", context)


def _convocations(
    found: Body, known: list[Convocation], chosen: Convocation | None
) -> list[dict[str, Any]]:
    address = reverse("body", args=[found.key])
    return [
        {"row": one, "address": f"{address}?convocation={one.number}", "is_chosen": one == chosen}
        for one in known
    ]


def _seat(one: Membership) -> dict[str, Any]:
    return {
        "row": one,
        "person": one.person,
        "url": next(iter(one.person.addresses), ""),
        "host": host(one.source),
    }


def _votes_of(found: Body) -> Any:
    return VoteEvent.objects.public().filter(body=found)


@require_safe
def body_votes(request: HttpRequest, key: str) -> HttpResponse:
    """All votes of a body, the newest first: 3 queries."""
    language = _language()
    found = _body(key)
    page = Paginator(for_rows(_votes_of(found)), PAGE_SIZE).get_page(request.GET.get("page"))
    title = gettext("%(body)s: votes") % {"body": found.label}
    context = {
        "found": found_of_page(title, ("body_votes", [found.key]), noindex=page.number > 1),
        "title": title,
        "body": found,
        "votes": [shown_vote(one, language) for one in page],
        "page": page,
        **_neighbours(page),
        "alternates": alternates("body_votes", key),
    }
    return render(request, "web/body_votes.html", context)


@require_safe
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """One vote: the question, the result, the numbers, who voted how. 5 queries."""
    language = _language()
    known = VoteEvent.objects.public().select_related(
        "kind", "body", "convocation", "person", "post__body", "decision__kind"
    )
    found = get_object_or_404(known.prefetch_related("decision__editions"), pk=pk)
    shown = shown_vote(found, language)
    context = {
        "found": found_of_page(shown["title"], ("vote", [pk])),
        "shown": shown,
        "vote": found,
        "source_host": host(found.source),
        "decision": selectors.titles([found.decision], language)[0] if found.decision else None,
        "people": named_votes(found, language),
        "alternates": alternates("vote", pk),
    }
    return render(request, "web/vote.html", context)


@require_safe
def dates(request: HttpRequest) -> HttpResponse:
    """Elections and other dates that are no decision's, the newest first: 3 queries."""
    known = Event.objects.select_related("kind", "status", "body").prefetch_related("sources")
    page = Paginator(known, EVENTS_A_PAGE).get_page(request.GET.get("page"))
    title = pgettext("of institutions", "Elections and other dates")
    context = {
        "found": found_of_page(title, ("body_dates", []), noindex=page.number > 1),
        "title": title,
        "page": page,
        **_neighbours(page),
        "alternates": alternates("body_dates"),
    }
    return render(request, "web/body_dates.html", context)
