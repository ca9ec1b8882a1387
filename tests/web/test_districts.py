"""What the list answers when a person asks for a district."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override

from monitoring.core.seeds import Report
from monitoring.decisions.models import Decision
from monitoring.decisions.services import update_decision
from monitoring.vocabulary.models import District, Region
from monitoring.vocabulary.seeds import seed
from monitoring.vocabulary.selectors import districts_by_region
from tests.factories.record import make_decision, make_kind, make_status
from tests.web.test_pages import address, text

pytestmark = pytest.mark.django_db
LANGUAGES = ("kk", "ru", "en")
OWN_EMPTY = {
    "kk": "Бұл жердің өз шешімі әзірге енгізілмеген",
    "ru": "Решений самого этого места пока не внесено",
    "en": "The record holds no decision of this place itself yet",
}
REPUBLIC = {
    "kk": "Мұнда республиканың шешімдері де қолданылады: 1",
    "ru": "Здесь действуют и решения республики: 1",
    "en": "Decisions of the Republic apply here too: 1",
}


@pytest.fixture(scope="module", autouse=True)
def districts(rows_of_the_file: None) -> None:
    seed(Report())


@pytest.fixture
def semey() -> District:
    return District.objects.select_related("region").get(code="101000000")


def test_a_district_brings_its_region_and_no_other_is_taken(semey: District) -> None:
    decision = make_decision(district=semey)
    assert decision.region == semey.region
    other = Region.objects.get(code="KZ-71")
    with pytest.raises(ValidationError) as refused:
        update_decision(decision=decision, region=other)
    assert set(refused.value.message_dict) == {"district"}
    assert update_decision(decision=decision, region=other, district=None).region == other
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(district=semey, region=None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_district_says_so_and_shows_what_applies_there(
    client: Client, semey: District, language: str
) -> None:
    make_decision("Республика заңы")
    make_decision("Кері қайтарылған жоба", status=make_status("withdrawn", ends=True))
    make_decision("Жоба ғана", kind=make_kind("bill", is_draft=True))
    make_decision("Алматы облысының шешімі", region=Region.objects.get(code="KZ-19"))
    page = text(client, f"{address('decision_list', language)}?district={semey.code}")
    assert OWN_EMPTY[language] in page
    assert 'href="#mail-me"' in page
    assert REPUBLIC[language] in page
    assert "Республика заңы" in page
    assert "Алматы облысының шешімі" not in page
    assert "geokz" in page
    assert f'<option value="{semey.code}" selected>' in page


def test_own_decisions_come_first_then_the_regions(client: Client, semey: District) -> None:
    make_decision("Семейдің өз шешімі", district=semey)
    make_decision("Абай облысының шешімі", region=semey.region)
    neighbour = District.objects.get(code="103200000")
    make_decision("Көрші ауданның шешімі", district=neighbour)
    page = text(client, f"{address('decision_list')}?district={semey.code}")
    own, region = page.index("Семейдің өз шешімі"), page.index("Абай облысының шешімі")
    assert own < region
    assert "Көрші ауданның шешімі" not in page
    assert "Осы жердің өз шешімі: 1." in page


@pytest.mark.parametrize("code", ["nowhere", "", "%00", "Ә", "101000000&district=103200000"])
def test_a_district_nobody_knows_is_answered_with_the_list_and_the_box(
    client: Client, semey: District, code: str
) -> None:
    make_decision()
    page = text(client, f"{address('decision_list')}?district={code}")
    assert '<select id="district"' in page


def test_the_answer_takes_few_queries(
    client: Client, semey: District, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        make_decision(number=str(number), region=semey.region)
        make_decision(number=f"r{number}")
    make_decision(number="x", district=semey)
    url = f"{address('decision_list')}?district={semey.code}"
    client.get(url)
    with django_assert_max_num_queries(15):
        assert client.get(url).status_code == 200


def test_the_box_of_228_districts_is_light(semey: District) -> None:
    for language in LANGUAGES:
        with override(language):
            page = render_to_string(
                "web/district_form.html", {"districts": districts_by_region(language)}
            )
        assert page.count("<option") == 229
        assert len(gzip.compress(page.encode())) < 3_200
