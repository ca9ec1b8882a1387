"""Public pages link the acts that their words name, and say which of them lost force."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from monitoring.decisions.citations import acts_named
from monitoring.decisions.models import Decision
from monitoring.decisions.relations import add_relation
from monitoring.decisions.services import add_stage_event, update_decision
from monitoring.decisions.versions import add_text_version
from monitoring.decisions.votes import record_vote
from monitoring.institutions.models import Event, EventKind
from monitoring.vocabulary.models import Status
from tests.decisions.test_votes import make_vote
from tests.factories.record import (
    make_body,
    make_deadline,
    make_decision,
    make_stage,
    make_topic,
)

pytestmark = pytest.mark.django_db

LAW = dt.date(2001, 1, 23)
CITED = "По закону от 23 января 2001 года № 148 <i> и № 5."


@pytest.fixture
def law() -> Decision:
    gone = Status.objects.create(
        key="repealed", ends=True, name_kk="күшін жойған", name_ru="утратил", name_en="gone"
    )
    found = make_decision("Негізгі заң", number="148-II")
    return update_decision(
        decision=found, date=LAW, precision="day", codes={"adilet": "Z010000148_"},
        status=gone, status_date=dt.date(2024, 5, 1),
    )  # fmt: skip


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", re.sub(r'<span class="nb">(.*?)</span>', r"\1", text))


def test_a_text_links_what_it_names_and_flags_what_fell_before_its_day(
    client: Client, law: Decision, django_assert_max_num_queries: Any
) -> None:
    citing = make_decision("Шешім", number="9")
    for day in (dt.date(2020, 1, 1), dt.date(2025, 1, 1)):
        text = f"Статья 1. Общее\n\n1. {CITED} Z010000148_ {day.year}"
        add_text_version(
            decision=citing, language="ru", valid_from=day, text=text, source="книга", by=None
        )
    link = f'<a href="{law.address_in("ru")}">23 января 2001 года № 148</a>'
    client.get("/ru/")
    with django_assert_max_num_queries(15):
        new = page(client, f"/ru/zakony/{citing.pk}/text/")
    gone = '<strong lang="ru">(этот акт утратил силу 1 мая 2024 г.)</strong>'
    assert f"{link} {gone} &lt;i&gt; и № 5." in new
    old = page(client, f"/ru/zakony/{citing.pk}/text/?on=2020-06-01")
    assert f"{link} &lt;i&gt;" in old


@pytest.mark.parametrize(
    ("language", "flag"),
    [
        ("kk", "бұл акт күшін жойған: 2024 ж. 1 мамыр"),
        ("ru", "этот акт утратил силу 1 мая 2024 г."),
        ("en", "this act lost force on 1 May 2024"),
    ],
)
def test_a_summary_links_what_it_names_and_flags_what_fell(
    client: Client, law: Decision, language: str, flag: str
) -> None:
    standing = make_decision("Жарлық", number="639", codes={"adilet": "U2100000639"})
    summary = f"2001 жылғы 23 қаңтардағы № 148-II <i> өзгереді\n{CITED}\nU2100000639, Z010000148_"
    official = "Z010000148_ туралы"
    texts = {"title": "Шешім", "summary": summary, "official_title": official}
    citing = make_decision(number="9", editions={"kk": texts})
    text = page(client, citing.address_in(language))
    gone = f'</a> <strong lang="{language}">({flag})</strong>'
    there = f'<a href="{law.address_in(language)}">'
    assert f"{there}2001 жылғы 23 қаңтардағы № 148-II{gone} &lt;i&gt;" in text
    assert f"{there}23 января 2001 года № 148{gone} &lt;i&gt; и № 5." in text
    assert f'<a href="{standing.address_in(language)}">U2100000639</a>, {there}' in text
    assert f"{there}Z010000148_{gone} туралы" in text
    own = page(client, law.address_in(language))
    assert there not in own.split("<h1")[1].split("<h2")[0], "an act is no link to itself"


def test_a_page_that_shows_everything_takes_few_queries(
    client: Client, law: Decision, django_assert_max_num_queries: Any
) -> None:
    body = make_body()
    summary = f"{CITED} Z010000148_; от 1 мая 2020 года № 9"
    found = make_decision(
        number="12",
        bodies=[body],
        topics=[make_topic()],
        links=["https://a.kz/1", "https://a.kz/2"],
        codes={"adilet": "V2100000001"},
        editions={code: {"title": code, "summary": summary} for code in ("kk", "ru", "en")},
    )
    add_stage_event(decision=found, stage=make_stage(), body=body, date=dt.date(2024, 1, 1))
    add_relation(subject=law, kind="repeals", target=found)
    make_deadline(found, dt.date(2024, 6, 1))
    kind = EventKind.objects.create(key="polls", name_kk="сайлау", name_ru="выборы", name_en="poll")
    happened = Event.objects.create(
        key="poll", kind=kind, date=LAW, name_kk="Сайлау", name_ru="Выборы", name_en="Polls"
    )
    found.events.add(happened)
    record_vote(event=make_vote(decision=found, source="https://a.kz/4"))
    address = found.address_in("ru")
    client.get("/ru/")
    with django_assert_max_num_queries(15):
        text = page(client, address)
    for words in ("finance ru", "a.kz", "V2100000001", "утратил силу", "Недоверие", "Выборы"):
        assert words.lower() in text.lower()


def test_what_may_be_two_acts_or_another_kind_stays_plain(law: Decision) -> None:
    assert law in [part.decision for part in acts_named([CITED]).parts(CITED, "ru")]
    decision = "решение от 23 января 2001 года № 148"
    assert [part.words for part in acts_named([decision]).parts(decision, "ru")] == [decision]
    update_decision(decision=make_decision("Егіз", number="148-II"), date=LAW, precision="day")
    assert [part.words for part in acts_named([CITED]).parts(CITED, "ru")] == [CITED]
