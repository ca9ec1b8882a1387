"""How decisions and bodies are found and shared: their heads' words, structured data, cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, override

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


def found_of_body(body: Body, language: str) -> Found:
    """The head of a body's page, the same in all languages. No query."""
    return _in_all(
        body.label_in(language),
        language,
        ("body", [body.key]),
        [{"@type": "GovernmentOrganization", "name": body.label_in(language)}],
    )


def found_of_list(language: str, description: str, *, noindex: bool) -> Found:
    """The head of the list of decisions."""
    with override(language):
        title = gettext("Laws and decisions")
    return _in_all(title, language, ("decision_list", []), [], description, noindex=noindex)


def _in_all(
    title: str,
    language: str,
    route: tuple[str, Sequence[Any]],
    data: Sequence[Mapping[str, Any]],
    description: str = "",
    *,
    noindex: bool = False,
) -> Found:
    paths = {}
    for code in LANGUAGES:
        with override(code):
            paths[code] = reverse(route[0], args=list(route[1]))
    with override(language):
        home = gettext("Home")
    return Found(
        title=title,
        path=paths[language],
        language=language,
        description=description,
        alternates=paths,
        data=[*data, breadcrumbs([(home, f"/{language}/"), (title, paths[language])])],
        noindex=noindex,
    )
