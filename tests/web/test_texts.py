"""Readers see the words of an act as of a day, what changed in them, and where two texts differ."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from monitoring.decisions.models import Decision
from monitoring.decisions.versions import add_text_version, versions_of, withdraw_text_version
from tests.factories.record import make_decision

OLD = "Статья 1. Бюджет\n1. Бюджет утверждает маслихат на три года.\n2. Аким отчитывается."
NEW = (
    "Статья 1. Бюджет\nСноска. Статья 1 с изменениями.\n"
    "1. Бюджет утверждает маслихат на пять лет.\n2. Аким отчитывается.\n"
    "Статья 2. <b>Сбор</b>\n1. =Сборы вводит сход № 7."
)
KAZAKH = (
    "1-бап. Бюджет\nЕскерту. 1-бап өзгертілді.\n1. Бюджетті мәслихат төрт жылға бекітеді.\n"
    "2. Әкім есеп береді.\n2-бап. Алым\n1. Алымды жиын енгізеді № 8."
)


@pytest.fixture
def decision(db: None) -> Decision:
    found = make_decision("О бюджете", editions={"ru": {"title": "О бюджете"}})

    def add(language: str, day: dt.date, text: str) -> None:
        add_text_version(
            decision=found, language=language, valid_from=day, text=text,
            source="https://zan.gov.kz/client/#!/doc/1/rus",
        )  # fmt: skip

    add("ru", dt.date(2008, 12, 10), OLD)
    add("ru", dt.date(2014, 11, 7), NEW)
    add("kk", dt.date(2014, 11, 7), KAZAKH)
    return found


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_text_stands_as_of_a_day_with_its_later_changes(
    client: Client, decision: Decision, django_assert_max_num_queries: Any
) -> None:
    client.get("/ru/")
    with django_assert_max_num_queries(15):
        old = page(client, f"/ru/zakony/{decision.pk}/text/?on=2014-11-06")
    assert "Редакция: 10 декабря 2008" in old
    assert "Это старая редакция" in old
    assert "7 ноября 2014" in old
    assert "на три года" in old
    assert 'id="art_1__para_1"' in old
    new = page(client, f"/ru/zakony/{decision.pk}/text/")
    assert "на пять лет" in new
    assert "Более поздней редакции у нас нет" in new
    assert "<b>Сбор" not in new
    assert "Примечание издателя" in new
    kazakh = page(client, f"/kk/zandar/{decision.pk}/text/")
    assert "төрт жылға" in kazakh
    assert 'href="#art_2"' in kazakh


def test_two_versions_are_compared_and_shown_without_colour_alone(
    client: Client, decision: Decision, django_assert_max_num_queries: Any
) -> None:
    client.get("/ru/")
    with django_assert_max_num_queries(15):
        shown = page(client, f"/ru/zakony/{decision.pk}/text/compare/")
    assert "<del>три года</del>" in shown
    assert "<ins>пять лет</ins>" in shown
    assert "Новая норма" in shown
    assert "Аким отчитывается" in shown
    changes = page(client, f"/ru/zakony/{decision.pk}/text/compare/?view=changes")
    assert "Аким отчитывается" not in changes
    # Kazakh has one version: the Russian ones are compared, in their language.
    kazakh = page(client, f"/kk/zandar/{decision.pk}/text/compare/")
    assert 'lang="ru"' in kazakh
    assert "<ins>пять лет</ins>" in kazakh


def test_the_comparative_table_is_a_file_that_no_spreadsheet_runs(
    client: Client, decision: Decision
) -> None:
    answer = client.get(f"/ru/zakony/{decision.pk}/text/compare.csv?text=ru")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "№,Структурный элемент,Прежняя редакция,Более поздняя редакция,Обоснование"
    assert rows[1].startswith("1,Статья 1. 1.,1. Бюджет утверждает маслихат на три года.,")
    assert len(rows) == 4
    assert "csv" in answer["Content-Type"]


def test_kazakh_and_russian_stand_side_by_side_with_their_conflict(
    client: Client, decision: Decision, django_assert_max_num_queries: Any
) -> None:
    client.get("/kk/")
    with django_assert_max_num_queries(15):
        shown = page(client, f"/kk/zandar/{decision.pk}/text/kk-ru/")
    assert "Қазақша және орысша мәтін сәйкес келмейді" in shown
    assert shown.count("Мәтіндер сәйкес келмейді:") == 2
    assert "Қазақша: № 8 · Орысша: № 7" in shown
    assert 'lang="ru"' in shown


@pytest.mark.parametrize(
    "rest",
    [
        "text/?on=2026-02-31&text=xx", "text/?on=&text=", "text/compare/?from=x&to=2008-12-10",
        "text/compare/?from=2014-11-07&to=2008-12-10",
        "text/compare/?from=1900-01-01&to=1900-01-01",
        "text/compare/?text=kk", "text/kk-ru/?on=1900-01-01",
    ],
)  # fmt: skip
def test_an_address_that_asks_for_what_is_not_held_shows_the_nearest(
    client: Client, decision: Decision, rest: str
) -> None:
    page(client, f"/en/laws/{decision.pk}/{rest}")


def test_the_decision_leads_to_its_text_and_a_hidden_one_shows_nothing(
    client: Client, decision: Decision
) -> None:
    assert f"/ru/zakony/{decision.pk}/text/compare/" in page(client, decision.address_in("ru"))
    hidden = make_decision("Жасырын", number="8", public=False)
    bare = make_decision("Мәтінсіз", number="9")
    for one in (hidden, bare):
        for rest in ("text/", "text/compare/", "text/compare.csv", "text/kk-ru/"):
            assert client.get(f"/ru/zakony/{one.pk}/{rest}").status_code == 404
    assert "/text/" not in page(client, bare.address_in("ru"))
    for version in versions_of(decision).of("ru")[:1]:
        withdraw_text_version(version=version, by=None)
    left = page(client, decision.address_in("ru"))
    assert f"/{decision.pk}/text/" in left
    assert "/text/compare/" not in left
