"""Budgets of rural districts: entered, brought as a table, shown with chart, table and source."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import ModelLogEntry

from monitoring.core.seeds import Report
from monitoring.indicators.models import BudgetCard, Indicator, RuralDistrict
from monitoring.indicators.seeds import seed
from monitoring.indicators.services import set_budget
from monitoring.indicators.sheet import BUDGETS, judge, money
from monitoring.intake.sheet.kinds import ERROR, NEW, SAME
from monitoring.vocabulary.models import District
from monitoring.vocabulary.seeds import seed as seed_vocabulary
from tests.factories.record import make_decision
from tests.intake.conftest import analyst

pytestmark = pytest.mark.django_db
PAGES = {"kk": "/kk/byudzhetter/", "ru": "/ru/byudzhety/", "en": "/en/budgets/"}


@pytest.fixture
def rural() -> RuralDistrict:
    seed_vocabulary(Report())
    names = {f"name_{code}": f"Үлгі {code}" for code in ("kk", "ru", "en")}
    district = District.objects.filter(kind="district")[0]
    return RuralDistrict.objects.create(code="ulgi", district=district, **names)


def test_the_seeded_figures_say_their_source_and_what_is_not_known(client: Client) -> None:
    seed_vocabulary(Report())
    for _ in range(2):
        seed(Report())
    assert Indicator.objects.count() == 14
    text = client.get(PAGES["ru"]).content.decode()
    assert "свыше" in text
    assert "252" in text
    assert "год не указан" in text
    assert "Статья в журнале" in text
    assert not BudgetCard.objects.exists(), "no budget of a district is invented"


@pytest.mark.parametrize("language", sorted(PAGES))
def test_a_card_is_shown_with_chart_table_and_source(
    client: Client, rural: RuralDistrict, language: str, django_assert_max_num_queries: Any
) -> None:
    set_budget(rural=rural, year=2025, source="https://example.kz/a", plan=Decimal("12345.6"),
               own_revenue=Decimal("1000"))  # fmt: skip
    address = f"{PAGES[language]}?district={rural.district.code}"
    with django_assert_max_num_queries(15):
        page = client.get(address)
    text = page.content.decode()
    assert page.status_code == 200
    assert "<svg" in text
    assert ("12,345.6" if language == "en" else "12\u00a0345,6") in text
    assert {"kk": "белгісіз", "ru": "неизвестно", "en": "not known"}[language] in text
    assert "https://example.kz/a" in text
    for state in ("?district=gone", "?district=%00", "?district=" + "x" * 500, "?page=9"):
        assert client.get(PAGES[language] + state).status_code == 200
    table = client.get(f"{PAGES[language]}figures.csv").content.decode("utf-8-sig")
    assert "ulgi" in table
    assert "12345.6,1000" in table.replace("1000.0", "1000")


def test_nothing_and_less_than_nothing_are_refused(rural: RuralDistrict) -> None:
    for plan, year in ((None, 2025), (Decimal("-1"), 2025), (Decimal("1"), 1900)):
        with pytest.raises(ValidationError):
            set_budget(rural=rural, year=year, source="кітап", plan=plan)
    assert not BudgetCard.objects.exists()


def test_a_table_goes_out_and_comes_back_and_makes_places(rural: RuralDistrict) -> None:
    set_budget(rural=rural, year=2025, source="кітап", transfers=Decimal("5.5"))
    names = [column.name for column in BUDGETS.columns]
    back = [dict(zip(names, row, strict=True)) for row in BUDGETS.export()]
    assert [one.state for one in judge([(2, back[0])])] == [SAME]
    fresh = {"district": rural.district.code, "name_kk": "Жаңа", "name_ru": "Жана",
             "name_en": "Zhana", "year": 2026, "plan": "12 345,6", "source": "кітап"}  # fmt: skip
    lines = [fresh, fresh, {**fresh, "year": "х"}, {**fresh, "plan": "=1", "year": 2024},
             {"rural": "nobody", "year": 2025, "plan": 1, "source": "x"}]  # fmt: skip
    rows = judge(list(enumerate(lines, start=2)))
    assert [one.state for one in rows] == [NEW, ERROR, ERROR, ERROR, ERROR]
    BUDGETS.prepare(rows[:1], [], "x.xlsx", None)()
    card = BudgetCard.objects.get(year=2026)
    (entry,) = ModelLogEntry.objects.for_instance(card)
    assert (entry.action, entry.data) == ("wagtail.create", {"file": "x.xlsx", "row": 2})
    assert (card.rural.name_kk, card.plan, card.own_revenue) == ("Жаңа", Decimal("12345.6"), None)


def test_an_act_is_named_in_the_form_and_shown_beside_the_figures(
    rural: RuralDistrict, client: Client
) -> None:
    act = make_decision()
    card = set_budget(rural=rural, year=2025, source="кітап", plan=Decimal("5.5"))
    client.force_login(analyst(language="en"))
    address = f"/admin/snippets/indicators/budgetcard/edit/{card.pk}/"
    given = {"rural": rural.pk, "year": "2025", "plan": "5.5", "source": "кітап",
             "verified": card.verified}  # fmt: skip
    refused = client.post(address, {**given, "act": "999-X"})
    assert refused.context["form"].errors["act"]
    assert refused.context["form"]["act"].value() == "999-X"
    done = client.post(address, {**given, "act": str(act.pk)})
    assert done.status_code == 302
    card.refresh_from_db()
    assert card.act == act
    assert f"/{act.pk}/" in str(client.get(address).context["form"]["act"].value())


@pytest.mark.parametrize("text", ["x", "-1", "1e99", "NaN", "1.2.3"])
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        money(text)
