"""Where a decision stands and what happens next, by when: on its page, in lists, as a table."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from monitoring.decisions.models import Decision, Procedure, ProcedureStep
from monitoring.decisions.procedures import assign_procedure, save_procedure
from monitoring.decisions.services import add_stage_event
from monitoring.vocabulary.models import Region
from tests.factories.record import make_body, make_decision, make_kind, make_stage

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.core.clock.today", lambda: TODAY)


@pytest.fixture
def procedure() -> Procedure:
    law = {f"law_{code}": f"Law {code}, art. 1" for code in ("kk", "ru", "en")}
    steps = [
        ProcedureStep(stage=make_stage("introduced", 1), confirmed=True, **law),
        ProcedureStep(stage=make_stage("discussed", 2), may_skip=True),
        ProcedureStep(stage=make_stage("read", 3), body=make_body(), term=60, unit="days", **law),
    ]
    names: dict[str, Any] = {f"name_{code}": f"way {code}" for code in ("kk", "ru", "en")}
    return save_procedure(key="way", steps=steps, **names)


def make_bill(procedure: Procedure, **values: Any) -> Decision:
    bill = make_decision(kind=make_kind("bill", is_draft=True), **values)
    assign_procedure(decision=bill, procedure=procedure, by=None)
    for stage in ("introduced", "discussed"):
        add_stage_event(decision=bill, stage=make_stage(stage), date=dt.date(2026, 11, 2))
    return bill


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "kk",
            ["3 кезеңнің 2-сі", "Келесі кезең:", "2027 ж. 1 қаңтарға дейін", "рәсім расталмаған"],
        ),
        ("ru", ["Этап 2 из 3", "Что дальше:", "до 1 января 2027 г.", "процедура не подтверждена"]),
        ("en", ["Stage 2 of 3", "What happens next:", "until 1 January 2027", "not confirmed"]),
    ],
    ids=["kk", "ru", "en"],
)
def test_page_and_list_say_where_it_stands_and_what_is_next_by_when(
    client: Client, procedure: Procedure, language: str, said: list[str]
) -> None:
    bill = make_bill(procedure)
    page = text(client, bill.address_in(language))
    for one in said:
        assert one in words(page)
    assert 'aria-current="step"' in page
    with override(language):
        table, rows = reverse("procedure", args=["way"]), text(client, reverse("decision_list"))
    assert f'href="{table}"' in page
    assert said[0] in words(rows)
    assert said[2] in words(rows)
    steps = text(client, table)
    assert f"Law {language}, art. 1" in steps
    assert f"senate {language}" in steps


def test_a_list_asks_no_more_for_many_bills_than_for_one(
    client: Client, procedure: Procedure
) -> None:
    region = Region.objects.create(
        code="KZ-99", name_kk="О", name_ru="О", name_en="O", centre_kk="c", centre_ru="c",
        centre_en="c", lat=1, lon=1, tile_row=90, tile_col=90,
    )  # fmt: skip
    counts = []
    url = f"/kk/zandar/?kind=bill&region={region.code}"
    for _round in range(2):
        for number in range(5):
            make_bill(procedure, region=region, number=f"{_round}-{number}")
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15


def test_what_waits_between_legislatures_awaits_no_day(
    client: Client, procedure: Procedure
) -> None:
    bill = make_bill(procedure)
    waiting = make_stage("between", 4)
    waiting.waits = True
    waiting.save()
    add_stage_event(decision=bill, stage=waiting, date=dt.date(2026, 11, 20))
    page = text(client, bill.address_in("ru"))
    assert "Ожидает между двумя созывами" in page
    assert "Что дальше" not in page


def test_the_list_of_procedures_leads_to_each(client: Client, procedure: Procedure) -> None:
    for language in ("kk", "ru", "en"):
        with override(language):
            assert f'href="{reverse("procedure", args=["way"])}"' in text(
                client, reverse("procedures")
            )
    assert client.get("/kk/kalay-kabyldanady/none/").status_code == 404
