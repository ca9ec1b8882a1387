"""The record in figures: decisions by stage, body, area and year, drawn and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core import clock
from monitoring.core.cells import BOM, cell, line
from monitoring.core.charts import Row, bars, columns
from monitoring.core.text import kazakh_key
from monitoring.decisions.filters import Filters, counts_of, labels_of, matching
from monitoring.web.found import found_of_record_page
from monitoring.web.lists import filters_only, with_query
from monitoring.web.views import alternates

BY = ("stage", "body", "region", "year")
MOST_BARS = 20
"""Of one chart: the longest; all values stand in its table."""


@dataclass(frozen=True)
class Chart:
    """One chart with its table. `without` are those that have no such value."""

    by: str
    rows: list[Row]
    without: int

    @property
    def total(self) -> int:
        """What the rows count together, those without a value among them."""
        return sum(row.count for row in self.rows) + self.without


def charts_of(filters: Filters, language: str, by: Sequence[str] = BY) -> list[Chart]:
    """The charts of a choice: a query for the counts, and one for the names of each but years."""
    counts = counts_of(dict.fromkeys(by, filters))
    return [_chart(name, counts[name], filters, language) for name in by]


def _chart(by: str, counts: dict[int, int], filters: Filters, language: str) -> Chart:
    without = counts.pop(0, 0)
    if by == "year":
        years = range(min(counts), max(counts) + 1) if counts else range(0)
        named = [(str(year), f"{year:04}", counts.get(year, 0)) for year in years]
    else:
        labels = labels_of(by, counts, language) if counts else {}
        named = [(label, value, counts[pk]) for pk, (value, label) in labels.items()]
        if by != "stage":  # stages stand in the order in which they are passed
            named.sort(key=lambda one: (-one[2], kazakh_key(one[0])))
    rows = [
        Row(label, n, _list_address(filters, by, value) if n else "", value)
        for label, value, n in named
    ]
    return Chart(by, rows, without)


def _list_address(filters: Filters, by: str, value: str) -> str:
    narrowed = replace(filters, chosen={**filters.chosen, by: (value,)})
    return with_query(reverse("decision_list"), narrowed.to_params().urlencode())


def _titles() -> dict[str, str]:
    return {
        "stage": gettext("By stage"),
        "body": gettext("By public body"),
        "region": gettext("By area"),
        "year": gettext("By year"),
    }


def _without() -> dict[str, str]:
    return {
        "stage": gettext("No step has been entered"),
        "body": gettext("No public body has been entered"),
        "region": gettext("The whole Republic, or no area entered"),
        "year": gettext("Date not found"),
    }


@require_safe
def charts(request: HttpRequest) -> HttpResponse:
    """Four charts of the decisions of a choice, each with its table: at most seven queries."""
    language = (get_language() or "kk")[:2]
    filters = filters_only(request.GET)
    query = filters.to_params().urlencode()
    title = gettext("The record in figures")
    titles, without = _titles(), _without()
    context = {
        "found": found_of_record_page(title, "charts", noindex=bool(query)),
        "title": title,
        "total": matching(filters).count(),
        "today": clock.today(),
        "is_filtered": bool(query),
        "list_url": with_query(reverse("decision_list"), query),
        "charts": [
            {
                "by": one.by,
                "title": titles[one.by],
                "without_label": without[one.by],
                "chart": one,
                "drawn": columns(one.rows) if one.by == "year" else bars(one.rows[:MOST_BARS]),
                "left_out": max(0, len(one.rows) - MOST_BARS) if one.by != "year" else 0,
                "csv_url": with_query(reverse("chart_csv", args=[one.by]), query),
            }
            for one in charts_of(filters, language)
        ],
        "alternates": alternates("charts", query=query),
    }
    return render(request, "web/charts.html", context)


@require_safe
def chart_csv(request: HttpRequest, by: str) -> HttpResponse:
    """The table of one chart as CSV; the last line counts what has no such value."""
    if by not in BY:
        raise Http404
    chart = charts_of(filters_only(request.GET), (get_language() or "kk")[:2], [by])[0]
    rows: list[tuple[Any, ...]] = [(row.value, row.label, row.count) for row in chart.rows]
    rows.append(("", _without()[by], chart.without))
    body = BOM + line([by, "label", "decisions"])
    body += b"".join(line(cell(value) for value in row) for row in rows)
    answer = HttpResponse(body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="decisions-by-{by}.csv"'
    answer["X-Robots-Tag"] = "noindex"
    return answer
