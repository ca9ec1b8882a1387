"""How decisions and bodies are found and shared: their heads' words, structured data, cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext, override

from monitoring.core.dates import Precision
from monitoring.core.found import Card, Found, absolute, breadcrumbs, card_address
from monitoring.core.models import LANGUAGES
from monitoring.decisions.models import Decision
from monitoring.institutions.models import Body

FORCE = {
    "in-force": "https://schema.org/InForce",
    "repealed": "https://schema.org/NotInForce",
    "ended": "https://schema.org/NotInForce",
    "term-ended": "https://schema.org/NotInForce",
}
"""Only what somebody has checked: of all other standings nothing is said."""

Step = tuple[str, tuple[str, Sequence[Any]]]
"""A page above: its name, and its route with arguments."""


def card_of_decision(decision: Decision, language: str) -> Card:
    """Title, kind and number, standing; no query if texts and status were fetched."""
    edition = decision.edition_for(language)
    return Card(
        kind="decision",
        id=decision.pk,
        language=language,
        title=edition.short_title if edition else decision.naming(language),
        over=decision.naming(language),
        under=decision.status.label_in(language) if decision.status else "",
    )


def found_of_decision(decision: Decision, language: str) -> Found:
    """The head of a decision's page; no query if it was fetched with `for_page`.

    The record's text in another language is no translation: such a page is not to be indexed.
    """
    editions = decision.live_editions()
    card = card_of_decision(decision, language)
    edition = decision.edition_for(language)
    path = decision.address_in(language)
    with override(language):
        steps = [
            (gettext("Home"), f"/{language}/"),
            (gettext("Laws and decisions"), reverse("decision_list")),
            (decision.naming(language), path),
        ]
    return Found(
        title=card.title,
        path=path,
        language=language,
        description=" · ".join(
            part
            for part in (edition.first_line if edition else "", card.over, card.under)
            if part and part != card.title
        ),
        alternates={code: decision.address_in(code) for code in editions},
        kind="article",
        image=card_address(card),
        data=[_legislation(decision, language, path), breadcrumbs(steps)],
        noindex=language not in editions,
    )


def _legislation(decision: Decision, language: str, path: str) -> dict[str, Any]:
    """https://schema.org/Legislation, with no date more exact than it is known."""
    edition = decision.edition_for(language)
    title = edition.short_title if edition else decision.naming(language)
    data: dict[str, Any] = {
        "@type": "Legislation",
        "name": title,
        "url": absolute(path),
        "inLanguage": edition.language if edition else language,
        "legislationType": decision.kind.label_in(language),
        "legislationJurisdiction": "KZ",
    }
    if edition and edition.official_title and edition.official_title != title:
        data["alternateName"] = edition.official_title
    if decision.adoption_number:
        data["legislationIdentifier"] = decision.adoption_number
    if decision.date and decision.precision == Precision.DAY:
        data["legislationDate"] = decision.date.isoformat()
    if bodies := list(decision.bodies.all()):
        data["legislationPassedBy"] = [
            {"@type": "GovernmentOrganization", "name": one.label_in(language)} for one in bodies
        ]
    if decision.status and decision.status.key in FORCE:
        data["legislationLegalForce"] = FORCE[decision.status.key]
    if links := [link.url for link in decision.links.all() if link.url]:
        data["sameAs"] = links
    return data


def found_of_body(
    body: Body, language: str, parts: Sequence[Body] = (), *, noindex: bool = False
) -> Found:
    """The head of a body's page, the same in all languages. No query."""
    data = _organisation(body, language)
    if body.date_from:
        data["foundingDate"] = _iso(body.date_from, body.date_from_precision)
    if body.date_to and body.has_ended:
        data["dissolutionDate"] = _iso(body.date_to, body.date_to_precision)
    if place := body.district or body.region:
        data["areaServed"] = place.label_in(language)
    if body.parent:
        data["parentOrganization"] = _organisation(body.parent, language)
    if parts:
        data["subOrganization"] = [_organisation(one, language) for one in parts]
    name = body.label_in(language)
    over = _directory(language)
    return _in_all(name, language, ("body", [body.key]), [data], over=over, noindex=noindex)


def _organisation(body: Body, language: str) -> dict[str, Any]:
    """https://schema.org/GovernmentOrganization; an address only where there is a page."""
    data: dict[str, Any] = {"@type": "GovernmentOrganization", "name": body.label_in(language)}
    if body.has_page:
        with override(language):
            data["url"] = absolute(reverse("body", args=[body.key]))
    return data


def _iso(date: dt.date, precision: str) -> str:
    """No more of a date than is known: 2026-07-01, 1993-12, 1996."""
    letters = {"year": 4, "month": 7, "announced": 7}
    return date.isoformat()[: letters.get(precision, 10)]


def _directory(language: str) -> Step:
    with override(language):
        return gettext("Public bodies"), ("bodies", [])


def found_of_page(title: str, route: tuple[str, Sequence[Any]], *, noindex: bool = False) -> Found:
    """The head of a page about bodies in the active language."""
    language = (get_language() or "kk")[:2]
    over = None if route[0] == "bodies" else _directory(language)
    return _in_all(title, language, route, [], over=over, noindex=noindex)


def found_of_list(language: str, description: str, *, noindex: bool) -> Found:
    """The head of the list of decisions."""
    with override(language):
        title = gettext("Laws and decisions")
    return _in_all(title, language, ("decision_list", []), [], description, noindex=noindex)


def found_of_record_page(title: str, route: str, *, noindex: bool = False) -> Found:
    """The head of a page under the list of decisions, in the active language."""
    language = (get_language() or "kk")[:2]
    over: Step = gettext("Laws and decisions"), ("decision_list", [])
    return _in_all(title, language, (route, []), [], over=over, noindex=noindex)


def _in_all(
    title: str,
    language: str,
    route: tuple[str, Sequence[Any]],
    data: Sequence[Mapping[str, Any]],
    description: str = "",
    *,
    over: Step | None = None,
    noindex: bool = False,
) -> Found:
    paths = {}
    for code in LANGUAGES:
        with override(code):
            paths[code] = reverse(route[0], args=list(route[1]))
    with override(language):
        steps = [(gettext("Home"), f"/{language}/")]
        if over:
            steps.append((over[0], reverse(over[1][0], args=list(over[1][1]))))
    return Found(
        title=title,
        path=paths[language],
        language=language,
        description=description,
        alternates=paths,
        data=[*data, breadcrumbs([*steps, (title, paths[language])])],
        noindex=noindex,
    )
