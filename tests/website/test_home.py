"""The home page: what changed lately, what closes next, who says so, within the budgets."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from typing import Any

import pytest
from django.test import Client

from coalition.website.models import HomePage
from monitoring.core import clock
from monitoring.decisions.models import Decision
from monitoring.decisions.services import add_stage_event, withdraw_decision
from tests.factories.pages import make_site
from tests.factories.record import make_deadline, make_decision, make_stage

LANGUAGES = ("kk", "ru", "en")
NEW_STAGE = {"kk": "Жаңа кезең", "ru": "Новый этап", "en": "New stage"}
NO_DEADLINE = {
    "kk": "Қазір тізімде ашық мерзім жоқ.",
    "ru": "Сейчас в базе нет открытых сроков.",
    "en": "No open deadline has been entered in the record now.",
}


def in_words(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def home(db: None) -> HomePage:
    for number in range(6):
        make_decision(f"Шешім {number}", number=str(number))
    return make_site()


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_district_deadline_and_changes_stand_in_this_order(
    client: Client, home: HomePage, language: str
) -> None:
    text = in_words(client, f"/{language}/")
    places = [text.index(mark) for mark in ('name="q"', 'id="deadline"', 'id="latest"')]
    assert places == sorted(places)
    assert NO_DEADLINE[language] in text
    assert text.count('<li class="row">') == 4
    assert text.count("<form") - text.count('method="get"') == 1, "one form asks for an address"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_changed_stands_above_the_newest_documents(
    client: Client, home: HomePage, language: str
) -> None:
    first = Decision.objects.order_by("pk")[0]
    add_stage_event(decision=first, stage=make_stage("adopted"), date=first.date)
    text = in_words(client, f"/{language}/")
    latest = text[text.index('id="latest"') :]
    row = latest[: latest.index("</li>")]
    assert first.address_in(language) in row
    assert NEW_STAGE[language] in row
    assert latest.count(first.address_in(language)) == 1


def test_the_first_visit_keeps_its_budget_of_bytes(client: Client, home: HomePage) -> None:
    page = client.get("/kk/").content
    assert len(gzip.compress(page)) <= 30_000


def test_changes_cost_no_query_more_than_fifteen(
    client: Client, home: HomePage, django_assert_max_num_queries: Any
) -> None:
    for decision in Decision.objects.all():
        add_stage_event(decision=decision, stage=make_stage("adopted"), date=decision.date)
    client.get("/ru/")
    with django_assert_max_num_queries(15):
        client.get("/ru/")


def test_a_withdrawn_decision_is_not_named(client: Client, home: HomePage) -> None:
    last = Decision.objects.order_by("-pk")[0]
    withdraw_decision(decision=last, by=None)
    text = in_words(client, "/kk/")
    assert not re.search(rf"/zandar/{last.pk}-", text)


def test_the_next_deadline_stands_once_and_in_no_row_of_another(
    client: Client, home: HomePage, django_assert_max_num_queries: Any
) -> None:
    first = Decision.objects.order_by("pk")[0]
    make_deadline(first, clock.today() + dt.timedelta(3))
    text = in_words(client, "/kk/")
    assert "Пікір қабылдау 3 күннен кейін аяқталады" in text
    assert first.address_in("kk") in text
    assert "badge due" not in text
    with django_assert_max_num_queries(15):
        client.get("/kk/")
