"""Reads of the room `registry`: the directory and one organisation's profile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
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
    """Confirmed members and, apart from them, the founders of 2005. Five queries.

    An organisation may stand in both lists: one says who is a member, the other who founded.
    """
    addresses = _addresses(language, request)
    members = Organisation.objects.confirmed().order_by("number", "pk")
    return {
        "members": _rows(members, language, addresses),
        "founders": _rows(Organisation.objects.founders(), language, addresses),
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


def profile(page: OrganisationPage) -> dict[str, Any]:
    """What an organisation's page shows beside its own text. Four queries."""
    organisation = (
        Organisation.objects.select_related("legal_form", "region")
        .prefetch_related("standings")
        .get(pk=page.organisation_id)
    )
    language = page.locale.language_code
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
        "contacts": _contacts(page),
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


def _contacts(page: OrganisationPage) -> dict[str, str]:
    """Public contacts: this page's own, else those of a shown version in another language."""
    contacts = {name: str(getattr(page, name)) for name in CONTACTS}
    if all(contacts.values()):
        return contacts
    others = OrganisationPage.objects.live().filter(organisation_id=page.organisation_id)
    for other in others.exclude(pk=page.pk).order_by("pk"):
        for name in CONTACTS:
            contacts[name] = contacts[name] or str(getattr(other, name))
    return contacts
