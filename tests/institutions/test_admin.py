"""Analysts keep bodies, people and seats in the admin; what is refused stands beside its box."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from coalition.accounts.models import User
from monitoring.institutions.models import Body, Convocation, Membership, Person
from tests.factories.record import make_body
from tests.institutions.test_people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client: Client) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("analyst@example.com", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    return user


def address(name: str, *args: Any) -> str:
    return reverse(f"wagtailsnippets_institutions_{name}", args=args)


def typed(**values: Any) -> dict[str, Any]:
    precision = {"date_from_precision": "day", "date_to_precision": "day"}
    return {"verified": "no", **precision, **values}


def named(name: str) -> dict[str, str]:
    return {f"name_{code}": f"{name} {code}" for code in ("kk", "ru", "en")}


def test_a_body_is_entered_corrected_and_ended_and_its_seats_end_with_it(
    client: Client, analyst: User
) -> None:
    kind = make_body().kind
    new = typed(key="council", kind=kind.pk, has_page="on", **named("Кеңес"))
    assert client.post(address("body:add"), new).status_code == 302
    body = Body.objects.get(key="council")
    assert client.get("/kk/organdar/council/").status_code == 200
    seat = typed(body=body.pk, person=make_person().pk, date_from="2021-01-15")
    assert client.post(address("membership:add"), seat).status_code == 302
    url = address("body:edit", body.pk)
    assert client.get(url).status_code == 200
    assert client.post(url, {**new, "date_to": "2026-07-01"}).status_code == 302
    assert Membership.objects.get().date_to == dt.date(2026, 7, 1)


def test_a_seat_after_the_end_is_refused_beside_its_box_and_nothing_typed_is_lost(
    client: Client, analyst: User
) -> None:
    body, person = make_body(date_to=dt.date(2026, 7, 1)), make_person()
    seat = typed(body=body.pk, person=person.pk, date_from="2026-08-01", source="§ 7")
    answer = client.post(address("membership:add"), seat)
    assert answer.status_code == 200
    form = answer.context["form"]
    assert set(form.errors) & {"date_from", "date_to"}
    page = answer.content.decode()
    assert 'value="§ 7"' in page
    assert "2026-08-01" in page or "01.08.2026" in page
    assert not Membership.objects.exists()


def test_people_offices_and_convocations_are_entered_and_listed(
    client: Client, analyst: User
) -> None:
    body = make_body()
    person = typed(links="", name_kk="Әлия Мысал", name_ru="", name_en="")
    assert client.post(address("person:add"), person).status_code == 302
    post = typed(body=body.pk, **named("Төраға"))
    assert client.post(address("post:add"), post).status_code == 302
    convocation = typed(body=body.pk, number=1, date_from="2021-01-15")
    assert client.post(address("convocation:add"), convocation).status_code == 302
    again = client.post(address("convocation:add"), convocation)
    assert again.status_code == 200
    assert again.context["form"].errors
    assert (Person.objects.count(), Convocation.objects.count()) == (1, 1)
    for name in ("body", "bodykind", "event", "person", "post", "convocation", "membership"):
        assert client.get(address(f"{name}:list")).status_code == 200
