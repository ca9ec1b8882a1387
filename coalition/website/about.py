"""What the pages of About show beside their own text: money, rules not adopted, contacts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import formats, translation

from coalition.memorandum.models import OpenRule
from coalition.website.models import ContactSettings, Grant, StandardPage
from monitoring.core.sections import Section

NBSP = "\u00a0"


@dataclass(frozen=True)
class Contacts:
    """How the coalition is reached, in one language; what nobody entered is empty."""

    spokesperson: str = ""
    spokesperson_phone: str = ""
    spokesperson_email: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""

    def __bool__(self) -> bool:
        """Whether there is any way to reach somebody."""
        return any(
            (self.spokesperson_phone, self.spokesperson_email, self.phone, self.email, self.address)
        )


def contacts(language: str) -> Contacts:
    """The site's contacts; the secretariat's mail may come from the environment. One query."""
    row = ContactSettings.objects.filter(site__is_default_site=True).first()
    if row is None:
        return Contacts(email=settings.SECRETARIAT_EMAIL)
    return Contacts(
        spokesperson=getattr(row, f"spokesperson_{language}") or row.spokesperson_kk,
        spokesperson_phone=row.spokesperson_phone,
        spokesperson_email=row.spokesperson_email,
        phone=row.phone,
        email=row.email or settings.SECRETARIAT_EMAIL,
        address=getattr(row, f"address_{language}") or row.address_kk,
    )


def contact_line(ids: Sequence[int], language: str) -> dict[int, Section]:
    """For a journalist: whom to call, on the page of a decision or of news. One query.

    `phone` stands in the first lines of the page, beside number, date and source.
    """
    found = contacts(language)
    data = {"contacts": found, "phone": found.spokesperson_phone or found.phone}
    return dict.fromkeys(ids, Section("website/contact_line.html", data))


def grants(language: str) -> list[dict[str, str]]:
    """The rows of the funding table as a reader sees them, newest first. One query."""
    return [
        {
            "funder": getattr(one, f"funder_{language}"),
            "sum": _sum(one, language),
            "years": f"{one.year_from}–{one.year_to}"
            if one.year_to and one.year_to != one.year_from
            else str(one.year_from),
            "purpose": getattr(one, f"purpose_{language}"),
            "source": one.source,
        }
        for one in Grant.objects.newest_first()
    ]


def _sum(grant: Grant, language: str) -> str:
    """«1 250 000 ₸»; empty if the sum is not known."""
    if grant.amount is None:
        return ""
    cents = grant.amount % 1
    with translation.override(language):
        figure = formats.number_format(grant.amount, 2 if cents else 0, force_grouping=True)
    return f"{figure}{NBSP}{grant.get_currency_display()}"


def _funding(language: str) -> dict[str, Any]:
    return {"template": "website/grants.html", "grants": grants(language)}


def _rules(language: str) -> dict[str, Any]:
    rules = list(OpenRule.objects.all())
    return {
        "template": "website/rules.html",
        "open": [one.label_in(language) for one in rules if one.adopted_on is None],
        "adopted": [one for one in rules if one.adopted_on is not None],
    }


def _press(language: str) -> dict[str, Any]:
    return {**_contact(language), "template": "website/press.html"}


def _contact(language: str) -> dict[str, Any]:
    return {"first": "website/contacts.html", "contacts": contacts(language)}


EXTRAS: dict[str, Callable[[str], dict[str, Any]]] = {
    "funding": _funding,
    "rules": _rules,
    "press": _press,
    "contact": _contact,
}
"""What a section's page shows before (`first`) and after (`template`) its text. A query each."""


def extra_of(page: StandardPage) -> dict[str, Any] | None:
    """What a plain page shows around its own text; None if nothing."""
    made = EXTRAS.get(page.section)
    return made(page.locale.language_code) if made is not None else None
