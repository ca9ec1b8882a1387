"""Public pages link the acts that their words name, and say which of them lost force."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from monitoring.decisions.citations import acts_named
from monitoring.decisions.models import Decision
from monitoring.decisions.services import update_decision
from monitoring.decisions.versions import add_text_version
from monitoring.vocabulary.models import Status
from tests.factories.record import make_decision

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
    return re.sub(r"\s+", " ", text)


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
    assert f"{link} <strong>(этот акт утратил силу 1 мая 2024 г.)</strong> &lt;i&gt; и № 5." in new
    old = page(client, f"/ru/zakony/{citing.pk}/text/?on=2020-06-01")
    assert f"{link} &lt;i&gt;" in old


def test_what_may_be_two_acts_or_another_kind_stays_plain(law: Decision) -> None:
    assert law in [part.decision for part in acts_named([CITED]).parts(CITED, "ru")]
    decision = "решение от 23 января 2001 года № 148"
    assert [part.words for part in acts_named([decision]).parts(decision, "ru")] == [decision]
    update_decision(decision=make_decision("Егіз", number="148-II"), date=LAW, precision="day")
    assert [part.words for part in acts_named([CITED]).parts(CITED, "ru")] == [CITED]
