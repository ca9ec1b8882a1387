"""Reads of the room `indicators`: budgets of a district, drawn and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from monitoring.core.charts import Row, bars
from monitoring.core.sections import Section
from monitoring.core.text import kazakh_key
from monitoring.indicators.models import BudgetCard, RuralDistrict
from monitoring.institutions.models import Body
from monitoring.vocabulary.models import District

SUMS = ("plan", "own_revenue", "transfers")
NBSP = "\u00a0"


def amount(value: Decimal | None, language: str) -> str:
    """«12 345,6»; empty where it is not known."""
    if value is None:
        return ""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if language == "en":
        return text
    return text.replace(",", NBSP).replace(".", ",")


def shown_cards(cards: Iterable[BudgetCard], language: str) -> list[dict[str, Any]]:
    """Cards as rows of a table; a sum that is not known is said to be so."""
    return [
        {
            "card": card,
            "place": card.rural.label_in(language),
            "sums": [amount(getattr(card, name), language) for name in SUMS],
            "address": card.source if card.source.startswith(("https://", "http://")) else "",
        }
        for card in cards
    ]


def drawn(cards: Sequence[BudgetCard], language: str) -> Any:
    """The chart: own revenue and transfers of each place in the newest year that has any."""
    rows = []
    names = {"own_revenue": gettext("own revenue"), "transfers": gettext("transfers")}
    for card in cards:
        for name, words in names.items():
            value = getattr(card, name)
            if value is not None:
                label = f"{card.rural.label_in(language)}, {card.year}: {words}"
                rows.append(Row(label, round(value)))
    return bars(rows) if rows else None


def cards_of(district: District) -> list[BudgetCard]:
    """All cards of a district, by place, the newest year first: one query."""
    cards = BudgetCard.objects.filter(rural__district=district)
    found = list(cards.select_related("rural", "act__kind").prefetch_related("act__editions"))
    return sorted(found, key=lambda one: (kazakh_key(one.rural.label), -one.year))


def newest_of_each(cards: Sequence[BudgetCard]) -> list[BudgetCard]:
    """The newest card of each place."""
    found: dict[int, BudgetCard] = {}
    for card in cards:
        if card.rural_id not in found or found[card.rural_id].year < card.year:
            found[card.rural_id] = card
    return list(found.values())


def districts_with_cards() -> list[District]:
    """Districts of which a budget is known, by region and name: one query."""
    ids = RuralDistrict.objects.filter(cards__isnull=False).values("district")
    rows = District.objects.filter(pk__in=ids).select_related("region")
    return sorted(rows, key=lambda one: (kazakh_key(one.region.label), kazakh_key(one.label)))


def for_bodies(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Section of a body's page: budgets in its district, where some are known. Two queries."""
    found = {}
    rows = Body.objects.filter(pk__in=ids, district__rural__cards__isnull=False)
    for body in rows.select_related("district").distinct():
        assert body.district is not None
        cards = newest_of_each(cards_of(body.district))
        data = {
            "district": body.district,
            "rows": shown_cards(cards, language),
            "drawn": drawn(cards, language),
        }
        found[body.pk] = Section("indicators/body.html", data)
    return found
