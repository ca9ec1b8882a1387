"""Filters take the names that people know, in any of the languages and forms."""

from __future__ import annotations

import pytest

from monitoring.institutions.models import Body
from monitoring.search.names import keys_named
from monitoring.search.query import Query
from monitoring.vocabulary.models import Topic
from tests.factories.record import make_body, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> None:
    for key, kk, ru, en in (
        ("senate", "Парламент Сенаты", "Сенат Парламента", "Senate of the Parliament"),
        ("mazhilis", "Парламент Мәжілісі", "Мажилис Парламента", "Mazhilis of the Parliament"),
    ):
        body: Body = make_body(key)
        Body.objects.filter(pk=body.pk).update(name_kk=kk, name_ru=ru, name_en=en)
    topic = make_topic("village-budget")
    Topic.objects.filter(pk=topic.pk).update(name_kk="Ауыл бюджеті", name_ru="Бюджет села")


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("body:senate", "senate"),
        ('орган:"Сенат Парламента"', "senate"),
        ("орган:сената", "senate"),
        ("body:Senate", "senate"),
        ("орган:мәжіліс", "mazhilis"),
        ("орган:мажилис", "mazhilis"),
        ("орган:МӘЖІЛІСТІҢ", "mazhilis"),
    ],
)
def test_a_body_is_meant_by_its_key_or_by_its_name_in_any_language_and_form(
    record: None, typed: str, means: str
) -> None:
    query = Query.parse(f"бюджет {typed}")
    assert (query.text, query.values("body")) == ("бюджет", (means,))
    assert not query.problems


def test_a_name_of_several_means_all_of_them_and_says_so(record: None) -> None:
    query = Query.parse("body:парламент")
    assert query.values("body") == ("mazhilis", "senate")
    assert [one.code for one in query.problems] == ["several_values"]


def test_a_name_of_nothing_leaves_the_rest_of_the_query_and_says_so(record: None) -> None:
    query = Query.parse('бюджет тақырып:"ғарыш айлағы"')
    assert (query.text, query.filters) == ("бюджет", ())
    assert [(one.code, one.part) for one in query.problems] == [("no_such_value", "ғарыш айлағы")]


def test_topics_and_kinds_have_names_and_years_are_taken_as_they_stand(record: None) -> None:
    assert keys_named("topic", "ауыл бюджетінің") == ("village-budget",)
    assert keys_named("kind", "Законы и решения") == ("decision",)
    assert keys_named("year", "2024") is None
    assert Query.parse("жыл:2024").values("year") == ("2024",)
