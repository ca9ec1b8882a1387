"""The record in figures, by year and as a calendar."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from monitoring.core.charts import Row, bars, columns
from monitoring.core.models import LANGUAGES
from monitoring.decisions.models import Decision
from monitoring.decisions.services import add_stage_event
from tests.factories.record import (
    make_body,
    make_deadline,
    make_decision,
    make_kind,
    make_stage,
    make_topic,
)
from tests.web.test_pages import address, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> list[Decision]:
    senate, mazhilis = make_body("senate"), make_body("mazhilis")
    made = [
        make_decision("Бір", number="1", date=dt.date(2019, 3, 1), bodies=[senate, mazhilis]),
        make_decision("Екі", number="2", date=dt.date(2021, 3, 1), bodies=[senate]),
        make_decision("Үш", number="3", date=None, precision="unknown"),
        make_decision("Құпия", number="4", date=dt.date(2021, 3, 1), public=False),
    ]
    add_stage_event(decision=made[1], stage=make_stage(), date=dt.date(2021, 3, 1), by=None)
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_a_chart_is_that_of_the_list_it_leads_to(
    client: Client, known: list[Decision], language: str
) -> None:
    page = BeautifulSoup(text(client, address("charts", language)), "html.parser")
    sections = {str(one["id"]): one for one in page.select("main section[id]")}
    assert list(sections) == ["stage", "body", "region", "year"]
    seen = 0
    for section in sections.values():
        for link in section.select("td a"):
            found = BeautifulSoup(text(client, str(link["href"])), "html.parser")
            heading = found.select_one(".results-head h2")
            assert heading
            assert re.findall(r"\d+", heading.text)[0] == link.text
            seen += 1
    assert seen == 1 + 2 + 2
    for chart in page.select("svg.chart"):
        assert chart.title and chart.desc and chart.title.text and chart.desc.text  # noqa: PT018
        assert [page.find(id=one) for one in str(chart["aria-labelledby"]).split()]
    years = sections["year"]
    assert [cell.text for cell in years.select("tbody th")][:3] == ["2019", "2020", "2021"]
    assert years.select("tbody td")[-1].text == "1"  # whose date was not found


def test_the_table_of_a_chart_is_a_csv_of_the_same_choice(
    client: Client, known: list[Decision]
) -> None:
    answer = client.get(address("chart_csv", "kk", "body"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1:3] == [["senate", "senate kk", "2"], ["mazhilis", "mazhilis kk", "1"]]
    narrowed = client.get(address("chart_csv", "kk", "body") + "?year=2021")
    assert narrowed.content.decode("utf-8-sig").splitlines()[1] == "senate,senate kk,1"
    assert client.get(address("chart_csv", "kk", "note")).status_code == 404


def test_without_a_decision_the_charts_say_so(client: Client) -> None:
    assert "Мұнда әзірге есептейтін ештеңе жоқ." in text(client, address("charts"))


@given(st.lists(st.integers(0, 10**6), max_size=60))
def test_bars_and_columns_stay_inside_their_picture(counts: list[int]) -> None:
    rows = [Row("Қазақстан Республикасының Парламенті " * 3, n) for n in counts]
    drawn = bars(rows)
    for bar in drawn.bars:
        assert 0 <= float(bar.width[:-1]) <= 100
        assert (float(bar.width[:-1]) > 0) == (bar.row.count > 0)
        assert float(bar.top[:-2]) + 0.8 <= float(drawn.height[:-2])
    for column in columns(rows).columns:
        assert float(column.top[:-2]) >= 1
        assert float(column.left[:-1]) + float(column.width[:-1]) <= 100.01
        assert (float(column.height[:-2]) > 0) == (column.row.count > 0)


def test_a_year_shows_steps_and_decisions_without_one_and_nothing_that_is_not_public(
    client: Client, known: list[Decision]
) -> None:
    html = text(client, address("timeline") + "?year=2021")
    assert "Екі" in html
    assert "Бір" not in html
    assert "Құпия" not in html
    assert "#step-" in html
    assert "Бір" in text(client, address("timeline") + "?year=2019")
    nearest = text(client, address("timeline", "ru") + "?year=1900")
    assert "За 1900 год в реестре ничего нет. Ниже стоит 2019 год." in nearest
    assert "«soon» – не год" in text(client, address("timeline", "ru") + "?year=soon")


@pytest.mark.usefixtures("known")
def test_a_month_shows_its_deadlines_day_by_day_and_the_way_to_the_next_one(
    client: Client, known: list[Decision]
) -> None:
    make_deadline(known[0], dt.date(2030, 2, 14), hour=dt.time(18))
    make_deadline(known[3], dt.date(2030, 2, 15))
    page = BeautifulSoup(text(client, address("calendar") + "?month=2030-02"), "html.parser")
    assert len(page.select(".month tbody tr")) == 5
    link = page.select_one(".month td a")
    assert link
    assert page.select_one(str(link["href"])).text.count("Бір") == 1  # type: ignore[union-attr]
    assert "Құпия" not in page.text
    assert page.select_one('a[rel="next"]')["href"] == "?month=2030-03"  # type: ignore[index]
    empty = text(client, address("calendar") + "?month=2030-01")
    assert "?month=2030-02" in empty
    assert "2030-02-14" in empty
    for wrong in ("2026-13", "0000-01", "abc", "2026-1-1", "99999-01"):
        assert 'role="status"' in text(client, address("calendar") + f"?month={wrong}"), wrong
    for end in ("1990-01", "2100-12"):
        text(client, address("calendar") + f"?month={end}")


def test_a_decision_whose_text_is_in_another_language_says_so_in_a_list(client: Client) -> None:
    make_decision("Только по-русски", editions={"ru": {"title": "Только по-русски"}})
    make_decision("", number="9", editions={}, kind=make_kind("decree"), visibility="shown")
    make_topic()
    html = text(client, address("decision_list"))
    assert html.count("әзірге тек орысша") == 1
    assert "Бұл құжаттың мәтіні әлі енгізілмеген." in html
