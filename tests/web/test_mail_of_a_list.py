"""The mail about a list tells of exactly what the list shows."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.http import QueryDict
from django.test import Client

from monitoring.decisions.filters import Filters, facets, matching
from monitoring.decisions.models import Decision
from monitoring.digests.queries import query_of
from monitoring.search import kinds
from monitoring.search.matching import match
from tests import kept

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def seeded(rows_of_the_file: None) -> None:
    kept.seed()


def matched(about: str, params: str) -> set[int]:
    query = query_of(about, params)
    assert query is not None
    kind = kinds.get("decision")
    assert kind is not None
    documents = kinds.documents(kind, list(Decision.objects.values_list("pk", flat=True)))
    return {pk for _name, pk in match({1: query}, documents).get(1, [])}


def form_of(client: Client, address: str) -> tuple[str, str]:
    html = client.get(address).content.decode()
    about = re.search(r'name="about" value="([^"]*)"', html)
    query = re.search(r'name="query" value="([^"]*)"', html)
    assert about
    assert query
    return about[1], unescape(query[1])


def test_every_filter_of_the_list_means_the_same_in_the_mail(client: Client) -> None:
    seen = 0
    for group, options in facets(Filters(), "kk").items():
        for option in options[:4]:
            address = f"/kk/zandar/?{group}={option.value}"
            listed = set(
                matching(Filters.from_params(QueryDict(address.partition("?")[2])))
                .values_list("pk", flat=True)
            )  # fmt: skip
            assert matched(*form_of(client, address)) == listed, address
            assert len(listed) == option.count
            seen += 1
    assert seen > 8


def test_two_filters_and_a_page_number_mean_the_same_too(client: Client) -> None:
    address = "/kk/zandar/?kind=law&body=parliament&page=1"
    listed = matching(Filters.from_params(QueryDict("kind=law&body=parliament")))
    assert matched(*form_of(client, address)) == set(listed.values_list("pk", flat=True)) != set()


def test_the_whole_list_means_everything(client: Client) -> None:
    everything = set(Decision.objects.public().values_list("pk", flat=True))
    assert matched(*form_of(client, "/kk/zandar/")) == everything
    assert matched(*form_of(client, "/kk/zandar/?page=2")) == everything
