"""Votes: on a decision or on a person, with numbers that agree and nobody voting twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from monitoring.decisions.models import MotionKind, Vote, VoteEvent
from monitoring.decisions.votes import find_persons, record_vote
from monitoring.institutions.models import Membership
from monitoring.journal.models import Change
from tests.factories.record import make_body, make_decision
from tests.institutions.test_people import make_person

pytestmark = pytest.mark.django_db


def make_vote(**values: Any) -> VoteEvent:
    names = {"name_kk": "Сенімсіздік", "name_ru": "Недоверие", "name_en": "No confidence"}
    kind, _ = MotionKind.objects.get_or_create(key="no-confidence", defaults=names)
    defaults = {"kind": kind, "body": make_body(), "date": dt.date(2024, 5, 1)}
    return VoteEvent(**{**defaults, **values})


def test_no_confidence_in_an_akim_is_a_vote_like_any_other(client: Client) -> None:
    akim, yes, no = make_person("Әкім Мысал"), make_person("Бірінші"), make_person("Екінші")
    event = record_vote(
        event=make_vote(person=akim, result="passed", count_yes=14, count_no=1),
        votes={yes: "yes", no: "no"},
    )
    for language, result in (("kk", "Қабылданды"), ("ru", "Принято"), ("en", "Passed")):
        word = {"kk": "organdar", "ru": "organy", "en": "bodies"}[language]
        page = client.get(f"/{language}/{word}/votes/{event.pk}/").content.decode()
        for said in ("Әкім Мысал", "Бірінші", "Екінші", result, "<dd>14</dd>"):
            assert said in page, (language, said)
    assert "Әкім Мысал" in client.get("/kk/organdar/senate/").content.decode()


def test_a_vote_is_about_something_and_a_person_votes_once() -> None:
    with pytest.raises(ValidationError):
        record_vote(event=make_vote())
    with pytest.raises(IntegrityError), transaction.atomic():
        make_vote().save()
    person = make_person()
    event = record_vote(event=make_vote(person=person), votes={person: "yes"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(event=event, person=person, option="no")


def test_no_more_people_are_named_than_were_counted_and_nothing_is_written_then() -> None:
    people = {make_person(name): "yes" for name in ("Бір", "Екі")}
    with pytest.raises(ValidationError) as refused:
        record_vote(event=make_vote(person=make_person(), count_yes=1), votes=people)
    assert set(refused.value.error_dict) == {"count_yes"}
    assert not VoteEvent.objects.exists()


def test_a_vote_on_a_decision_is_news_of_it_and_is_hidden_with_it(client: Client) -> None:
    shown, hidden = make_decision(), make_decision("Құпия", public=False)
    record_vote(event=make_vote(decision=shown, result="passed", count_yes=77))
    assert Change.objects.latest("pk").after["votes"][0]["yes"] == 77
    page = client.get(shown.address_in("kk")).content.decode()
    assert "жақтады: 77" in page
    secret = record_vote(event=make_vote(decision=hidden, motion_kk="Құпия мәселе"))
    assert client.get(f"/kk/organdar/votes/{secret.pk}/").status_code == 404
    assert "Құпия" not in client.get("/kk/organdar/senate/").content.decode()
    mistaken = VoteEvent.objects.get(decision=shown)
    mistaken.is_shown = False
    record_vote(event=mistaken)
    assert "жақтады: 77" not in client.get(shown.address_in("kk")).content.decode()


def test_names_mean_people_blind_to_case_and_the_bodys_own_among_namesakes() -> None:
    body, first, second = make_body(), make_person("Асан Үсен"), make_person("Асан Үсен")
    assert find_persons(["АСАН ҮСЕН", "Ешкім"], body) == ({}, ["АСАН ҮСЕН", "Ешкім"])
    Membership.objects.create(person=second, body=body)
    assert find_persons(["АСАН ҮСЕН"], body) == ({"АСАН ҮСЕН": second}, [])
    assert first != second
