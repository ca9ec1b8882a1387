"""An act is entered on one screen: read from its address, compared with what stands already."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from monitoring.decisions.doubles import DoubleError, Typed, entering, likely_doubles
from monitoring.decisions.models import Code, Decision
from monitoring.decisions.official import Recognised, recognise
from monitoring.decisions.services import create_decision
from tests.factories.record import make_body, make_decision, make_kind

ADILET = "https://adilet.zan.kz/rus/docs/"
KNOWN = {
    "law": (f"{ADILET}Z010000148_", ("adilet", "Z010000148_", "148", "", 2001)),
    "law, a tab": (f"{ADILET}Z010000148_/history", ("adilet", "Z010000148_", "148", "", 2001)),
    "mirror": (
        "http://old.adilet.zan.kz/kaz/docs/Z2100000060", ("adilet", "Z2100000060", "60", "", 2021)),
    "decree": ("U2100000639", ("adilet", "U2100000639", "639", "", 2021)),
    "small letters": ("u2100000639", ("adilet", "U2100000639", "639", "", 2021)),
    "register": (f"{ADILET}V16UL003811", ("adilet", "V16UL003811", "", "3811", None)),
    "maslikhat": (f"{ADILET}G25SE00295M", ("adilet", "G25SE00295M", "295", "", 2025)),
    "constitution": (f"{ADILET}K950001000_", ("adilet", "K950001000_", "", "", 1995)),
    "open npa": (
        "https://legalacts.egov.kz/npa/view?id=8544261", ("open-npa", "8544261", "", "", None)),
    "without scheme": (
        "legalacts.egov.kz/npa/view?id=8544261", ("open-npa", "8544261", "", "", None)),
    "zan": ("https://zan.gov.kz/client/#!/doc/7966/rus/07.11.2014", ("zan", "7966", "", "", None)),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(KNOWN))
def test_an_address_says_what_its_code_carries_and_no_more(case: str) -> None:
    text, said = KNOWN[case]
    found = recognise(text)
    assert found is not None
    assert (found.collection, found.code, found.number, found.register_number, found.year) == said


@pytest.mark.parametrize(
    "text",
    ["", "60-VII", "https://example.kz/a", "https://legalacts.egov.kz/list?page=2", "http://[::1",
     "https://legalacts.egov.kz/npa/view?id=1%27--", "javascript:alert(1)//docs/Z010000148_",
     f"{ADILET}x", "Z0100 00148_"],
)  # fmt: skip
def test_nothing_is_recognised_in_other_texts(text: str) -> None:
    assert recognise(text) is None


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.]+/docs/\w{0,12}", fullmatch=True))
def test_no_text_makes_the_recognition_stumble(text: str) -> None:
    found = recognise(text)
    assert found is None or isinstance(found, Recognised)
    if found is not None and found.number:
        assert found.number in found.code, "a number that the code does not carry"


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "kind": make_kind().pk,
        "language": "kk",
        "title": "Ауыл бюджеті туралы шешім",
        "verified": "partly",
        "visibility": "auto",
        **changed,
    }


@pytest.fixture
def analyst(client: Client, db: None) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("analyst@example.org", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    return user


def speak(user: User, language: str) -> None:
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})


def test_a_pasted_address_fills_code_number_year_and_source(client: Client, analyst: User) -> None:
    address = f"{ADILET}U2100000639"
    assert client.post(reverse("decisions:add"), typed(address=address)).status_code == 302
    made = Decision.objects.get()
    assert (made.adoption_number, str(made.date), made.precision) == ("639", "2021-01-01", "year")
    assert [str(code) for code in made.codes.all()] == ["adilet U2100000639"]
    assert [link.url for link in made.links.all()] == [address]


def test_what_a_person_typed_wins_over_what_the_code_says(client: Client, analyst: User) -> None:
    said = typed(address=f"{ADILET}Z010000148_", adoption_number="148-II", when="23.01.2001")
    assert client.post(reverse("decisions:add"), said).status_code == 302
    made = Decision.objects.get()
    assert (made.adoption_number, str(made.date)) == ("148-II", "2001-01-23")


def test_without_javascript_a_button_reads_the_address_and_saves_nothing(
    client: Client, analyst: User
) -> None:
    known = make_decision("Өзін-өзі басқару туралы заң", number="148-II", date=dt.date(2001, 1, 23))
    said = typed(address=f"{ADILET}Z010000148_", title="Озин-озі БАСҚАРУ туралы заң", look="1")
    page = client.post(reverse("decisions:add"), said)
    assert page.status_code == 200
    text = page.content.decode()
    assert 'value="148"' in text
    assert "adilet Z010000148_" in text
    assert "Озин-озі БАСҚАРУ туралы заң" in text
    assert reverse("decisions:edit", args=[known.pk]) in text
    assert Decision.objects.count() == 1


ASKED = {
    "kk": ("Бәлкім, жинақта бар", "ештеңе сақталған жоқ"),
    "ru": ("Возможно, уже есть в собрании", "ничего не сохранено"),
    "en": ("Perhaps already in the record", "nothing was saved"),
}


@pytest.mark.parametrize("language", sorted(ASKED))
def test_a_likely_double_is_asked_about_and_nothing_typed_is_lost(
    client: Client, analyst: User, language: str
) -> None:
    speak(analyst, language)
    known = make_decision("Ауыл бюджеті туралы", number="7-15")
    said = typed(adoption_number="7-15", when="31.05.2024", summary="Бірінші ой", note="ішкі")
    page = client.post(reverse("decisions:add"), said)
    assert page.status_code == 409
    text = page.content.decode()
    for sentence in ASKED[language]:
        assert sentence in text
    assert all(kept in text for kept in ("7-15", "31.05.2024", "Бірінші ой", "ішкі"))
    assert reverse("decisions:edit", args=[known.pk]) in text
    assert Decision.objects.count() == 1
    again = client.post(reverse("decisions:add"), {**said, "another": page.context["another"]})
    assert again.status_code == 302
    assert Decision.objects.count() == 2


def test_an_address_that_is_in_the_record_leads_to_it(client: Client, analyst: User) -> None:
    known = make_decision(codes={"open-npa": "8544261"})
    said = typed(address="https://legalacts.egov.kz/npa/view?id=8544261")
    page = client.post(reverse("decisions:add"), said)
    assert page.status_code == 200
    assert "address" in page.context["form"].errors
    assert reverse("decisions:edit", args=[known.pk]) in str(page.context["form"].errors)
    assert Decision.objects.count() == 1


def test_numbers_of_other_bodies_years_and_kinds_are_no_doubles(db: None) -> None:
    mine, other = make_body("astana-maslikhat"), make_body("almaty-maslikhat")
    row = make_decision("Бюджет туралы", number="295", bodies=[mine])
    same = {"number": "295", "year": 2024, "bodies": frozenset({mine.pk})}

    def found(**changed: Any) -> list[int]:
        return [one.decision.pk for one in likely_doubles(Typed(**{**same, **changed})) if one.asks]

    assert found() == [row.pk]
    assert found(year=None) == [row.pk]
    assert found(year=2023) == []
    assert found(bodies=frozenset({other.pk})) == []
    assert found(kind=make_kind("bill").pk) == []


def test_titles_are_found_by_their_beginning_with_any_letters(db: None) -> None:
    row = make_decision("Жергілікті өзін-өзі басқару туралы", number="1")
    offered = likely_doubles(Typed(titles=("жергiликти озин-озі",)))
    assert [(one.decision.pk, one.asks) for one in offered] == [(row.pk, False)]
    assert likely_doubles(Typed(titles=("Жергілікті",))) == [], "too short to say anything"


def test_while_typing_the_record_answers_in_few_queries(
    client: Client, analyst: User, django_assert_max_num_queries: Any
) -> None:
    row = make_decision("Ауыл бюджеті туралы шешім", number="7-15", codes={"zan": "7966"})
    with django_assert_max_num_queries(30):
        answer = client.get(
            reverse("decision_doubles"),
            {"address": "https://zan.gov.kz/client/#!/doc/7966", "adoption_number": "7-15",
             "title": "Ауыл бюджеті туралы", "when": "31.0", "bodies": ["x", "1"]},
        )  # fmt: skip
    said = answer.json()
    assert said["filled"]["codes"] == "zan 7966"
    assert reverse("decisions:edit", args=[row.pk]) in said["html"]
    client.logout()
    assert client.get(reverse("decision_doubles")).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_same_act_at_once_one_is_told() -> None:
    kind = make_kind()
    make_kind("bill")
    started = threading.Barrier(2)
    outcomes: list[str] = []

    def enter() -> None:
        try:
            started.wait(10)
            with entering(Typed(number="7-15", year=2024, kind=kind.pk)):
                make_decision("Бір акт", number="7-15", kind=kind)
            outcomes.append("made")
        except DoubleError as error:
            outcomes.append(f"told of {len(error.doubles)}")
        finally:
            connections.close_all()

    people = [threading.Thread(target=enter) for _ in range(2)]
    for one in people:
        one.start()
    for one in people:
        one.join(30)
    assert sorted(outcomes) == ["made", "told of 1"]
    assert Decision.objects.filter(adoption_number="7-15").count() == 1


def test_a_code_that_came_in_meanwhile_is_a_sentence_and_no_crash(
    client: Client, analyst: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_decision(number="1")
    from monitoring.decisions import entry_views

    make = create_decision

    def beaten(**values: Any) -> Any:
        Code.objects.create(decision=other, collection="zan", value="7966")
        return make(**values)

    monkeypatch.setattr(entry_views, "create_decision", beaten)
    page = client.post(reverse("decisions:add"), typed(codes="zan 7966", title="Бөлек акт"))
    assert page.status_code == 200
    assert "Бөлек акт" in page.content.decode()
    assert page.context["form"].errors
