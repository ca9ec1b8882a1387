"""Public page of budgets: rural districts of a district, and figures of the country."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core.cells import BOM, cell, line
from monitoring.indicators import selectors
from monitoring.indicators.models import BudgetCard, Indicator
from monitoring.vocabulary.models import District
from monitoring.web.found import found_of_page
from monitoring.web.views import alternates


@require_safe
def budgets(request: HttpRequest) -> HttpResponse:
    """`?district=CODE`: its rural districts with chart and table. At most six queries.

    A district that is not known or has no card is a state of the page, never a 404.
    """
    language = (get_language() or "kk")[:2]
    code = request.GET.get("district", "").replace("\0", "")[:40]
    district = District.objects.select_related("region").filter(code=code).first() if code else None
    cards = selectors.cards_of(district) if district else []
    title = gettext("Budgets of rural districts")
    query = f"district={district.code}" if district else ""
    context = {
        "found": found_of_page(title, ("budgets", []), noindex=bool(code) and not cards),
        "title": title,
        "asked": code,
        "district": district,
        "districts": selectors.districts_with_cards(),
        "rows": selectors.shown_cards(cards, language),
        "drawn": selectors.drawn(selectors.newest_of_each(cards), language),
        "figures": [
            {
                "row": one,
                "name": one.said("name", language),
                "value": selectors.amount(one.value, language),
                "unit": one.said("unit", language),
                "source": one.said("source", language),
            }
            for one in Indicator.objects.select_related("region")
        ],
        "query": query,
        "alternates": alternates("budgets", query=query),
    }
    return render(request, "indicators/budgets.html", context)


@require_safe
def budgets_csv(request: HttpRequest) -> HttpResponse:
    """All cards, or those of `?district=CODE`, as CSV; an unknown sum is an empty cell."""
    cards = BudgetCard.objects.select_related("rural__district").order_by("rural__code", "year")
    if code := request.GET.get("district", "").replace("\0", "")[:40]:
        cards = cards.filter(rural__district__code=code)
    names = ["rural", "district", "name_kk", "name_ru", "name_en", "year"]
    names += ["plan_thousand_tenge", "own_revenue_thousand_tenge", "transfers_thousand_tenge"]
    body = BOM + line([*names, "act", "source", "verified"])
    for card in cards:
        place = card.rural
        values = [place.code, place.district.code, place.name_kk, place.name_ru, place.name_en,
                  card.year, *(getattr(card, name) for name in selectors.SUMS),
                  card.act_words, card.source, card.verified]  # fmt: skip
        body += line(cell(value) for value in values)
    answer = HttpResponse(body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="budgets.csv"'
    answer["X-Robots-Tag"] = "noindex"
    return answer
