"""What changed on a record and when, and where each value is from, in words for the public."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from coalition.accounts.models import User
from monitoring.core import clock
from monitoring.decisions.history import history, provenance
from monitoring.decisions.relations import add_relation
from monitoring.decisions.services import add_stage_event, update_decision
from monitoring.journal.models import Change, Correction
from tests.factories.record import make_decision, make_stage

pytestmark = pytest.mark.django_db

SAID = {
    "kk": ("нөмірі: 7 → 8", "Түзетілді: Нөмірі түзетілді", "қолмен енгізілген күні"),
    "ru": ("номер: 7 → 8", "Исправлено: Номер исправлен", "введено вручную"),
    "en": ("number: 7 → 8", "Corrected: The number", "entered by hand on"),
}


def address(pk: int, language: str) -> str:
    with override(language):
        return reverse("decision_history", args=[pk])


def test_the_page_tells_every_change_and_names_no_editor(client: Client) -> None:
    analyst = User.objects.create_user("aigul@example.org", "secret")
    decision = make_decision(source="https://adilet.zan.kz/kaz/docs/X1")
    decision = update_decision(decision=decision, adoption_number="8", by=analyst)
    add_stage_event(decision=decision, stage=make_stage(), date=dt.date(2024, 5, 31), by=analyst)
    Correction.objects.create(
        subject="decision",
        subject_id=decision.pk,
        titles={},
        addresses={},
        said_kk="Нөмірі түзетілді",
        said_ru="Номер исправлен",
        said_en="The number was corrected",
        at=clock.now(),
        by=analyst,
    )
    for language, words in SAID.items():
        link = address(decision.pk, language)
        assert f'href="{link}"' in client.get(decision.address_in(language)).content.decode()
        page = client.get(link).content.decode()
        for said in words:
            assert said in page
        assert "adopted " + language in page
        assert "adilet.zan.kz" in page
        assert "aigul@" not in page


def test_a_re_fetch_leaves_an_editors_correction_and_its_provenance_alone() -> None:
    analyst = User.objects.create_user("aigul@example.org", "secret")
    decision = make_decision(source="https://adilet.zan.kz/kaz/docs/X1")
    update_decision(decision=decision, adoption_number="8", by=analyst)
    update_decision(
        decision=decision, adoption_number="9", register_number="55", source="https://zan.kz/2"
    )
    decision.refresh_from_db()
    assert (decision.adoption_number, decision.register_number) == ("8", "55")
    rows = provenance(decision, "en")
    with override("en"):
        said = {str(row["label"]): (row["text"], row["host"]) for row in rows}
    assert said["number"][0].startswith("entered by hand on")
    taken, host = said["number in the register of acts"]
    assert taken.startswith("taken from the source on")
    assert host == "zan.kz"


def test_a_long_history_costs_no_more_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    decision = make_decision()
    for number in range(12):
        update_decision(decision=decision, adoption_number=str(number + 20))
        add_relation(subject=make_decision(number="x"), kind="amends", target=decision)
        add_stage_event(decision=decision, stage=make_stage(), date=dt.date(2024, 1, number + 1))
    assert Change.objects.of("decision", decision.pk).count() > 30
    assert len(history(decision, "kk", [])) > 30
    client.get(address(decision.pk, "kk"))
    with django_assert_max_num_queries(15):
        assert client.get(address(decision.pk, "kk")).status_code == 200
    decision.refresh_from_db()
    client.get(decision.address_in("kk"))
    with django_assert_max_num_queries(15):
        assert client.get(decision.address_in("kk")).status_code == 200
