"""The form that builds a query: it ends in the query that one could have typed."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from monitoring.search.query import Query
from tests.factories.record import make_body

pytestmark = pytest.mark.django_db

FORM = "/en/search/advanced/"


def built(client: Client, **filled: str) -> Query:
    answer = client.get(FORM, {"find": "1", **filled})
    assert answer.status_code == 302
    address, _question, pairs = answer["Location"].partition("?")
    assert address == "/en/search/"
    return Query.from_params(QueryDict(pairs))


def test_the_form_builds_what_one_could_have_typed(client: Client) -> None:
    make_body("mazhilis")
    filled = {"q": "бюджет", "phrase": "ауыл әкімі", "without": "қала аудан", "body": "mazhilis"}
    typed = Query.parse('бюджет "ауыл әкімі" -қала -аудан body:mazhilis from:2024')
    make_body("senate")
    assert built(client, **filled, **{"from": "2024"}) == typed


def test_an_empty_form_is_shown_again_and_says_so(client: Client) -> None:
    page = client.get(FORM, {"find": "1", "q": "  "})
    assert page.status_code == 200
    assert "Nothing is filled in yet." in page.content.decode()


def test_who_comes_from_results_goes_on_with_the_same_query(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_body("senate")
    make_body("mazhilis")
    with override("en"):
        results = client.get(reverse("search"), {"q": "бюджет", "body": "senate"})
    assert f'href="{FORM}?q=%D0%B1%D1%8E%D0%B4%D0%B6%D0%B5%D1%82&amp;body=senate"' in (
        results.content.decode()
    )
    with django_assert_max_num_queries(10):
        page = client.get(FORM, {"q": "бюджет", "body": "senate"}).content.decode()
    assert 'value="бюджет"' in page
    assert '<option value="senate" selected>' in page


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(st.sampled_from(["q", "phrase", "without", "body", "from", "sort"]), st.text())
)
def test_nothing_filled_in_is_an_error(client: Client, filled: dict[str, str]) -> None:
    assert client.get(FORM, {"find": "1", **filled}).status_code in {200, 302}
