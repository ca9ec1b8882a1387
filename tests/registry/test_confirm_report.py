"""The secretariat sees whose membership nobody has confirmed, and confirms it by one click."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client

from coalition.registry.models import Organisation
from coalition.registry.reports import to_confirm
from coalition.registry.services import set_standing
from monitoring.core import todo
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

REPORT = "/admin/reports/organisations/"
DAY = dt.date(2026, 11, 1)


@pytest.fixture
def secretariat(client: Client) -> Client:
    client.force_login(make.make_person("secretariat"))
    return client


def test_confirmed_and_ended_ones_are_left_out(secretariat: Client) -> None:
    make.make_tree()
    founder, confirmed, ended, unknown = (make.make_organisation(f"Үй {n}") for n in range(4))
    set_standing(organisation=founder, kind="founder", since=dt.date(2005, 1, 1), precision="year")
    set_standing(organisation=confirmed, kind="confirmed", since=DAY)
    set_standing(organisation=ended, kind="ended", since=DAY)
    assert set(to_confirm()) == {founder, unknown}
    text = secretariat.get(REPORT).content.decode()
    link = f"/admin/standing/new/?organisation={founder.pk}&amp;kind=confirmed"
    assert link in text
    form = secretariat.get(link.replace("&amp;", "&")).context["form"]
    assert str(form["organisation"].value()) == str(founder.pk)
    assert form["kind"].value() == "confirmed"


def test_the_list_is_exported_with_its_numbers(secretariat: Client) -> None:
    make.make_tree()
    make.make_organisation("Үй", number=1, name_as_in_source="x", place_as_in_source="y")
    answer = secretariat.get(REPORT, {"export": "csv"})
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert rows[1][0] == "1"
    assert rows[1][1] == "Үй ru"


def test_only_the_secretariat_sees_it() -> None:
    client = Client()
    client.force_login(make.make_person("editor"))
    assert client.get(REPORT).status_code == 302


def test_it_waits_on_the_first_page() -> None:
    make.make_tree()
    make.make_organisation("Үй")
    person = make.make_person("secretariat")
    items = {item.name: item for item in todo.waiting_for([person], "en")[person.pk]}
    assert (items["organisations"].count, items["organisations"].url) == (1, REPORT)


def test_ten_thousand_organisations_cost_no_more_queries(
    secretariat: Client, django_assert_max_num_queries: Any
) -> None:
    values = make.values()
    Organisation.objects.bulk_create(Organisation(**values) for _ in range(10_000))
    secretariat.get(REPORT)
    with django_assert_max_num_queries(30):
        assert secretariat.get(REPORT, {"p": "100"}).status_code == 200
