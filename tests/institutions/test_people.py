"""Who sits where: nobody in a body that ended, nobody twice, and only the public role."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from monitoring.core.seeds import Report
from monitoring.institutions.models import Body, Convocation, Membership, Person, Post
from monitoring.institutions.models.bodies import roman
from monitoring.institutions.seeds import seed
from monitoring.institutions.services import save_body, save_membership, save_record
from monitoring.vocabulary.seeds import seed as seed_vocabulary
from tests.factories.record import make_body

pytestmark = pytest.mark.django_db


def make_person(name: str = "Әлия Мысал") -> Person:
    person = Person(name_kk=name)
    save_record(record=person)
    return person


def seat(**values: Any) -> Membership:
    return save_membership(membership=Membership(**values))


def test_a_body_that_ends_takes_every_open_seat_with_it() -> None:
    body, person = make_body(), make_person()
    seat(person=person, body=body, date_from=dt.date(2021, 1, 15))
    body.date_to = dt.date(2026, 7, 1)
    save_body(body=body)
    assert Membership.objects.get().date_to == dt.date(2026, 7, 1)
    with pytest.raises(ValidationError) as refused:
        seat(person=make_person("Басқа Адам"), body=body)
    assert "date_to" in refused.value.error_dict


def test_nobody_sits_longer_than_the_body_was() -> None:
    body = make_body(date_to=dt.date(2026, 7, 1))
    late = {"person": make_person(), "body": body, "date_to": dt.date(2026, 8, 1)}
    with pytest.raises(ValidationError):
        seat(**late)
    other = make_body("mazhilis")
    seat(**{**late, "body": other})
    other.date_to = dt.date(2026, 7, 1)
    with pytest.raises(ValidationError) as refused:
        save_body(body=other)
    assert "date_to" in refused.value.error_dict


def test_a_person_sits_once_and_office_and_convocation_are_the_bodys_own() -> None:
    body, other, person = make_body(), make_body("other"), make_person()
    seat(person=person, body=body)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(person=person, body=body)
    names = {"name_kk": "әкім", "name_ru": "аким", "name_en": "akim"}
    post = Post.objects.create(body=other, **names)
    convocation = Convocation.objects.create(body=other, number=8)
    with pytest.raises(ValidationError) as refused:
        seat(person=person, body=body, post=post, convocation=convocation)
    assert set(refused.value.error_dict) == {"post", "convocation"}
    seat(person=person, body=other, post=post, convocation=convocation)


def test_dates_are_in_order_as_exactly_as_they_are_known() -> None:
    body, person = make_body(), make_person()
    # «2024»: some day of that year, which may well follow May.
    values = {"person": person, "body": body, "date_from": dt.date(2024, 5, 12)}
    seat(**values, date_to=dt.date(2024, 1, 1), date_to_precision="year")
    with pytest.raises(ValidationError):
        seat(**values, date_to=dt.date(2024, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(**values, date_to=dt.date(2024, 1, 1))


def test_a_person_is_named_in_kazakh_where_no_other_name_is_known() -> None:
    person = make_person()
    assert person.label_in("en") == person.label_in("kk") == "Әлия Мысал"
    person.links = "https://a.kz/1\nжай сөз"
    with pytest.raises(ValidationError) as refused:
        save_record(record=person)
    assert "жай сөз" in str(refused.value)
    assert not {field.name for field in Person._meta.get_fields()} & {"birth", "phone", "email"}


def test_chambers_are_parts_of_parliament_and_an_editors_correction_stays() -> None:
    seed_vocabulary(Report())
    seed(Report())
    parliament = Body.objects.get(key="parliament")
    assert set(parliament.parts.values_list("key", flat=True)) == {"mazhilis", "senate"}
    Body.objects.filter(key="senate").update(parent=None, name_en="Corrected by hand")
    report = Report()
    seed(report)
    senate = Body.objects.get(key="senate")
    assert (senate.parent, senate.name_en) == (None, "Corrected by hand")
    assert set(report.left_alone) == {
        "institutions.body:senate",
        "institutions.body.parent:senate",
    }
    assert not Person.objects.exists(), "no person is invented"


@pytest.mark.parametrize(("number", "said"), [(1, "I"), (4, "IV"), (8, "VIII"), (14, "XIV")])
def test_convocations_are_counted_in_roman_numerals(number: int, said: str) -> None:
    assert roman(number) == said
