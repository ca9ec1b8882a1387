"""The filters of a list of pages."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from coalition.pages.listing import Filter, Row, narrow

FILTERS = [Filter("topic", "Topic"), Filter("year", "Year", newest_first=True)]
VALUES = st.sampled_from(["a", "b", "c", "2025", "2026", "", "none"])
YEARS = st.dictionaries(st.sampled_from(["2025", "2026"]), st.text(max_size=4), max_size=1)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "topic": st.dictionaries(st.sampled_from("abc"), st.text(max_size=5), max_size=3),
            "year": YEARS,
        }
    ).map(dict),
    max_size=12,
)
TICKS = st.lists(st.tuples(st.sampled_from(["topic", "year", "other"]), VALUES), max_size=6)


def narrowed(values: list[dict[str, dict[str, str]]], ticks: list[tuple[str, str]]) -> Any:
    params = QueryDict(mutable=True)
    for name, value in ticks:
        params.appendlist(name, value)
    return narrow([Row(n, one) for n, one in enumerate(values)], FILTERS, params, "/list/")


@given(ROWS, TICKS)
def test_a_count_is_what_the_list_holds_once_that_value_alone_is_ticked(
    values: list[dict[str, dict[str, str]]], ticks: list[tuple[str, str]]
) -> None:
    for facet in narrowed(values, ticks).facets:
        others = [one for one in ticks if one[0] != facet["name"]]
        for option in facet["options"]:
            left = narrowed(values, [*others, (facet["name"], option["value"])])
            assert len(left.ids) == option["count"]
            assert option["count"] or option["checked"]


@given(ROWS, TICKS)
def test_each_tick_has_a_chip_that_takes_it_back(
    values: list[dict[str, dict[str, str]]], ticks: list[tuple[str, str]]
) -> None:
    known = {one for one in ticks if one[0] in {"topic", "year"} and one[1]}
    found = narrowed(values, ticks)
    assert len(found.chips) == len(known)
    for chip in found.chips:
        query = QueryDict(chip["address"].partition("?")[2])
        assert sum(len(query.getlist(name)) for name in query) == len(known) - 1
