"""Writes of the room `indicators`."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from monitoring.core import clock
from monitoring.indicators.models import BudgetCard, RuralDistrict


def set_budget(*, rural: RuralDistrict, year: int, source: str, **said: Any) -> BudgetCard:
    """The card of a rural district for a year, new or corrected; sums in thousand tenge.

    `said` are plan, own_revenue, transfers, act, act_words, verified. Raises ValidationError.
    """
    with transaction.atomic():
        card = BudgetCard.objects.select_for_update().filter(rural=rural, year=year).first()
        card = card or BudgetCard(rural=rural, year=year)
        for name, value in {"source": source, **said}.items():
            setattr(card, name, value)
        card.updated_at = clock.now()
        card.full_clean()
        card.save()
    return card
