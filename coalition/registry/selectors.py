"""Reads of the room `registry`: the directory and one organisation's profile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest

from coalition.pages.selectors import in_language
from coalition.registry.models import Organisation, OrganisationPage, Standing
from monitoring.core import sections
from monitoring.core.models import LANGUAGES

CONTACTS = ("address", "phone", "email", "website")


@dataclass(frozen=True)
class Row:
    """One organisation in a list; `url` is empty where its page is not shown in the language."""

    organisation: Organisation
    name: str
    place: str
    url: str


def directory(language: str, request: HttpRequest | None = None) -> dict[str, Any]:
    """Confirmed members and, apart from them, the founders of 2005. Three queries.

    An organisation may stand in both lists: one says who is a member, the other who founded.
    """
    addresses = _addresses(language, request)
    known = Organisation.objects.with_standing()
    known = known.filter(Q(standing_kind=Standing.Kind.CONFIRMED) | Q(number__isnull=False))
    organisations = list(known.order_by("number", "pk"))
    standing = attrgetter("standing_kind")  # annotated
    confirmed = [one for one in organisations if standing(one) == Standing.Kind.CONFIRMED]
    founders = [one for one in organisations if one.number is not None]
    return {
        "members": _rows(confirmed, language, addresses),
        "founders": _rows(founders, language, addresses),
        "secretariat_email": settings.SECRETARIAT_EMAIL,
    }


def founders(language: str, request: HttpRequest | None = None) -> list[Row]:
    """The founding organisations as listed in 2005. Two queries."""
    return _rows(Organisation.objects.founders(), language, _addresses(language, request))


def _rows(found: Iterable[Organisation], language: str, addresses: dict[int, str]) -> list[Row]:
    return [
        Row(one, one.short_name(language), one.place(language), addresses.get(one.pk, ""))
        for one in found
    ]


def _addresses(language: str, request: HttpRequest | None) -> dict[int, str]:
    pages = in_language(OrganisationPage.objects.all(), language)
    return {page.organisation_id: page.get_url(request) or "" for page in pages}


def profile(page: OrganisationPage, language: str) -> dict[str, Any]:
    """What an organisation's page shows beside its own text. Two queries."""
    pages = list(
        OrganisationPage.objects.filter(Q(live=True) | Q(pk=page.pk))
        .filter(organisation_id=page.organisation_id)
        .select_related("organisation__legal_form", "organisation__region")
        .order_by("pk")
    )
    organisation = pages[0].organisation if pages else page.organisation
    standings = list(organisation.standings.all())
    newest = standings[-1] if standings else None
    return {
        "organisation": organisation,
        "full_name": organisation.label_in(language),
        "place": organisation.place(language),
        "legal_form": organisation.legal_form.label_in(language) if organisation.legal_form else "",
        "standings": standings,
        "confirmed": newest is not None and newest.kind == Standing.Kind.CONFIRMED,
        "ended": newest is not None and newest.kind == Standing.Kind.ENDED,
        "names": _names(organisation, language),
        "contacts": _contacts(page, pages),
        "sections": sections.collect("organisation.page", [organisation.pk], language)[
            organisation.pk
        ],
        "secretariat_email": settings.SECRETARIAT_EMAIL,
    }


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


def _contacts(page: OrganisationPage, pages: list[OrganisationPage]) -> dict[str, str]:
    """Public contacts: this page's own, else those of a live version in another language."""
    contacts = {name: str(getattr(page, name)) for name in CONTACTS}
    for other in pages:
        for name in CONTACTS:
            contacts[name] = contacts[name] or str(getattr(other, name))
    return contacts
