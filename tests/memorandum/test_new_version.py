"""A new version is prepared in the admin, seen from its day on, and taken back before it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.memorandum.models import Accession, OpenRule, Provision, Section, Version
from coalition.memorandum.services import (
    begin_force,
    begin_version,
    correct_version,
    remove_version,
)
from coalition.registry.models import Organisation
from monitoring.core import clock, generation
from monitoring.core.permissions import ROLES
from monitoring.search import indexing
from monitoring.search.query import Query
from monitoring.search.selectors import search
from tests import kept
from tests.factories.record import make_deadline, make_decision
from tests.factories.registry import make_person

pytestmark = pytest.mark.django_db

ADD = "memorandum_versions:add"
LIST = "memorandum_versions:index"
RULE = "wagtailsnippets_memorandum_openrule:add"
TEXTS = ("text_kk", "text_ru", "text_en")
PLACE = {"place_kk": "Алматы", "place_ru": "Алматы, дом", "place_en": "Almaty"}
LANGUAGES = ("kk", "ru", "en")


@pytest.fixture(scope="module", autouse=True)
def seeded(rows_of_the_file: None) -> None:
    kept.seed()


def _in(days: int) -> dt.date:
    return clock.today() + dt.timedelta(days)


def _begin(days: int = 30, **other: Any) -> Version:
    values: dict[str, Any] = {"by": None, "source": "№ 1", "adopted_from": _in(days), **PLACE}
    return begin_version(**values | other)


def _typed(days: int = 30, **other: str) -> dict[str, str]:
    day = _in(days).strftime("%d.%m.%Y")
    return {"adopted_from": day, "adopted_to": "", "source": "№ 1", **PLACE, **other}


def _client(role: str, language: str = "en") -> Client:
    client = Client()
    person = make_person(role)
    client.force_login(person)
    UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": language})
    return client


def _copied(version: Version) -> list[tuple[Any, ...]]:
    rows = version.provisions.order_by("number").values_list(
        "number", *TEXTS, "section__position", "section__name_kk", "section__name_en"
    )
    return list(rows)


def test_a_new_version_begins_with_every_text_of_the_newest_and_nobodys_signature() -> None:
    first = Version.objects.get()
    Accession.objects.create(
        version=first,
        organisation=Organisation.objects.founders()[0],
        acceded_on=dt.date(2026, 5, 6),
        source="№ 17",
    )
    made = _begin()
    assert (made.number, made.adopted_from, made.adopted_to) == (2, _in(30), _in(30))
    assert _copied(made) == _copied(first)
    assert len(_copied(made)) == 16
    assert made.participants == 0
    assert not made.verified
    assert not made.accessions.exists()
    assert not Provision.objects.exclude(section__version=made).filter(version=made).exists()
    made.provisions.filter(number=2).update(text_kk="Жаңа.")
    assert first.provisions.get(number=2).text_kk != "Жаңа."


def test_readers_meet_it_from_its_day_on(client: Client) -> None:
    made = _begin(1)
    assert client.get("/kk/memorandum/v2/").status_code == 404
    assert client.get("/kk/memorandum/compare/?from=1&to=2").context["newest"].number == 1
    Version.objects.filter(pk=made.pk).update(adopted_from=_in(0), adopted_to=_in(0))
    text = client.get("/ru/memorandum/v2/").content.decode()
    assert "0 участник" not in text
    assert client.get("/en/memorandum/v2.pdf").status_code == 200


def test_at_midnight_page_cache_search_and_feeds_turn_over_by_themselves(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    """No row is written at midnight; two sweeps run a minute later."""
    settings.PAGE_CACHE_SECONDS = 3600
    settings.SEARCH = {"engine": "embedded", "directory": str(tmp_path / "search")}
    cache.clear()
    eve = dt.datetime.combine(_in(1), dt.time(), clock.ALMATY) - dt.timedelta(seconds=30)
    made = _begin(1)
    made.provisions.filter(number=1).update(text_kk="Сексеуіл туралы ереже.")
    page, paper = client.get("/kk/memorandum/", follow=True).request["PATH_INFO"], "v2.pdf"
    with translation.override("kk"):
        feed = reverse("deadline_feed")

    def told() -> tuple[bool, bool, int, int, int]:
        generation._seen = None
        return (
            "Сексеуіл" in client.get(page).content.decode(),
            "X-Cache" in client.get(page).headers,
            search(Query.parse("сексеуіл"), "kk").total,
            client.get(f"{page}{paper}").status_code,
            client.get(feed).content.count(b"<entry>"),
        )

    with time_machine.travel(eve, tick=False) as time:
        make_deadline(make_decision(), clock.today())
        begin_force()
        indexing.run()
        assert told() == (False, True, 0, 404, 1)
        number = generation.current()
        time.shift(31)
        assert told() == (True, True, 0, 200, 0), "made anew, though nothing was written"
        assert generation.current() == number
        assert begin_force() == 1
        assert begin_force() == 0
        indexing.run()
        assert told() == (True, True, 1, 200, 0)


def test_a_corrected_provision_is_found_by_the_search(settings: Any, tmp_path: Path) -> None:
    settings.SEARCH = {"engine": "embedded", "directory": str(tmp_path / "search")}
    indexing.run()
    provision = Version.objects.get().provisions.get(number=1)
    texts = {name: getattr(provision, name) for name in TEXTS}
    address = reverse("wagtailsnippets_memorandum_provision:edit", args=[provision.pk])
    typed = {**texts, "text_kk": "Сексеуіл туралы ереже."}
    assert _client("secretariat").post(address, typed).status_code == 302
    indexing.run()
    assert search(Query.parse("сексеуіл"), "kk").total == 1


REFUSED = {
    "second": {
        "kk": "2-нұсқа дайындалып қойған",
        "ru": "Версия 2 уже подготовлена",
        "en": "Version 2 is already prepared for",
    },
    "older": {
        "kk": "1-нұсқа қабылданған",
        "ru": "Версия 1 принята",
        "en": "Version 1 was adopted on",
    },
    "come": {
        "kk": "Алдағы күнді таңдаңыз",
        "ru": "Выберите день в будущем",
        "en": "Choose a day to come",
    },
    "order": {
        "kk": "Соңғы күн бірінші күннен бұрын",
        "ru": "Последний день не может быть раньше первого",
        "en": "The last day cannot be before the first.",
    },
}
WRONG: dict[str, dict[str, str]] = {
    "older": {"adopted_from": "01.01.2004"},
    "come": {"adopted_from": "01.01.2006"},
    "order": {"adopted_to": "01.01.2006"},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wrong", sorted(WRONG))
def test_wrong_days_are_refused_beside_their_box_and_nothing_is_lost(
    wrong: str, language: str
) -> None:
    client = _client("secretariat", language)
    answer = client.post(reverse(ADD), _typed(30, source="ZZ-paper", **WRONG[wrong]))
    assert answer.status_code == 200
    form = answer.context["form"]
    assert set(form.errors) == {next(iter(WRONG[wrong]))}
    text = answer.content.decode()
    assert REFUSED[wrong][language] in text
    assert "ZZ-paper" in text
    assert Version.objects.count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_pressed_twice_makes_one_version_and_says_which(language: str) -> None:
    client = _client("secretariat", language)
    first = client.post(reverse(ADD), _typed())
    made = Version.objects.get(number=2)
    draft = reverse("memorandum_draft", args=[made.number])
    assert (first.status_code, first["Location"]) == (302, draft)
    again = client.post(reverse(ADD), _typed())
    assert again.status_code == 200
    assert REFUSED["second"][language] in again.content.decode()
    assert (Version.objects.count(), Section.objects.count()) == (2, 6)
    asked = client.get(reverse(ADD)).content.decode()
    assert draft in asked


def test_an_empty_form_names_every_box() -> None:
    answer = _client("administrator").post(reverse(ADD), {})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"adopted_from", *PLACE, "source"}


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"member"}))
def test_only_secretariat_and_administrator_prepare_and_remove(role: str) -> None:
    made = _begin()
    remove = reverse("memorandum_versions:delete", args=[made.pk])
    client = _client(role)
    may = role in {"secretariat", "administrator"}
    for address in (reverse(ADD), reverse(LIST), remove):
        assert (client.get(address).status_code == 200) is may, address
    client.post(remove)
    assert Version.objects.filter(number=2).exists() is not may
    client.post(reverse(ADD), _typed())
    assert Version.objects.filter(number=2).exists()
    assert Version.objects.filter(number=2, pk=made.pk).exists() is not may


def test_the_list_leads_to_the_texts_of_one_version_and_a_text_is_edited_there() -> None:
    made = _begin()
    client = _client("secretariat")
    text = client.get(reverse(LIST)).content.decode()
    address = f"{reverse('wagtailsnippets_memorandum_provision:list')}?version={made.pk}"
    assert address in text
    shown = client.get(address)
    assert {one.version_id for one in shown.context["object_list"]} == {made.pk}
    assert len(shown.context["object_list"]) == 16
    one = made.provisions.get(number=5)
    edit = reverse("wagtailsnippets_memorandum_provision:edit", args=[one.pk])
    assert client.post(edit, dict.fromkeys(TEXTS, "Басқа.")).status_code == 302
    one.refresh_from_db()
    assert one.text_en == "Басқа."


STAYS = {"kk": "күшінде, ол қалады", "ru": "действует с", "en": "is in force since"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_removing_asks_first_and_a_version_in_force_stays(language: str) -> None:
    client = _client("secretariat", language)
    made = _begin()
    remove = reverse("memorandum_versions:delete", args=[made.pk])
    assert "<form" in client.get(remove).content.decode()
    assert Version.objects.filter(pk=made.pk).exists()
    assert client.post(remove).status_code == 302
    assert Version.objects.count() == 1
    assert Provision.objects.count() == 16
    first = Version.objects.get()
    remove = reverse("memorandum_versions:delete", args=[first.pk])
    for answer in (client.get(remove, follow=True), client.post(remove, follow=True)):
        assert STAYS[language] in answer.content.decode()
    assert Version.objects.filter(pk=first.pk).exists()


def test_a_prepared_version_that_somebody_acceded_to_stays() -> None:
    made = _begin()
    Accession.objects.create(
        version=made,
        organisation=Organisation.objects.founders()[0],
        acceded_on=dt.date(2026, 5, 6),
        source="№ 17",
    )
    with pytest.raises(ValidationError):
        remove_version(version=made, by=None)


def test_nobody_accedes_in_the_admin_to_what_is_only_prepared() -> None:
    made = _begin()
    form = (
        _client("secretariat")
        .get(reverse("wagtailsnippets_memorandum_accession:add"))
        .context["form"]
    )
    assert made not in form.fields["version"].queryset
    assert form.fields["version"].queryset.count() == 1


def test_days_are_corrected_before_the_first_and_stay_after_it() -> None:
    made = _begin()
    first = Version.objects.get(number=1)
    client = _client("secretariat")
    edit = reverse("memorandum_versions:edit", args=[made.pk])
    typed = _typed(participants="12", verified="on", adopted_from="02.03.2020")
    answer = client.post(edit, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    made.refresh_from_db()
    assert (made.adopted_from, made.participants, made.verified) == (dt.date(2020, 3, 2), 12, True)
    client.post(edit, _typed(participants="13", adopted_from="02.03.2021"))
    made.refresh_from_db()
    assert (made.adopted_from, made.participants) == (dt.date(2020, 3, 2), 13)
    with pytest.raises(ValidationError) as refused:
        correct_version(version=first, by=None, adopted_from=dt.date(2005, 6, 19))
    assert set(refused.value.message_dict) == {"adopted_from"}


def _chief(language: str = "en") -> Client:
    client = Client()
    chief = User.objects.create_superuser("chief@example.org", "x")
    client.force_login(chief)
    UserProfile.objects.update_or_create(user=chief, defaults={"preferred_language": language})
    return client


NAMES = {"name_kk": "Сайлау", "name_ru": "Выборы", "name_en": "Elections of the board"}


def test_a_rule_is_added_last_with_a_key_of_its_own() -> None:
    client = _chief()
    last = OpenRule.objects.latest("position").position
    for number in (1, 2):
        answer = client.post(reverse(RULE), NAMES)
        assert answer.status_code == 302, answer.context["form"].errors
        assert OpenRule.objects.latest("position").position == last + number
    keys = set(OpenRule.objects.filter(name_ru="Выборы").values_list("key", flat=True))
    assert keys == {"elections-of-the-board", "elections-of-the-board-2"}


def test_an_empty_rule_is_refused_box_by_box() -> None:
    count = OpenRule.objects.count()
    answer = _chief().post(reverse(RULE), {})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == set(NAMES)
    assert OpenRule.objects.count() == count


WHOLE = {
    "kk": "Қабылданған ереженің күні мен үш тілдегі мәтіні болады",
    "ru": "У принятого правила есть дата и текст на трёх языках",
    "en": "An adopted rule has its date and its text in three languages.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_half_an_adopted_rule_is_refused_beside_what_is_missing(language: str) -> None:
    answer = _chief(language).post(reverse(RULE), {**NAMES, "rule_kk": "Жартысы"})
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {"adopted_on", "rule_ru", "rule_en"}
    assert WHOLE[language] in answer.content.decode()


def test_a_rule_in_anothers_place_is_refused_and_one_left_empty_stays_where_it_was() -> None:
    client = _chief()
    assert set(client.post(reverse(RULE), {**NAMES, "position": "1"}).context["form"].errors) == {
        "position"
    }
    rule = OpenRule.objects.get(key="quorum")
    edit = reverse("wagtailsnippets_memorandum_openrule:edit", args=[rule.pk])
    answer = client.post(edit, {**NAMES, "position": ""})
    assert answer.status_code == 302, answer.context["form"].errors
    after = OpenRule.objects.get(key="quorum")
    assert (after.position, after.name_ru) == (rule.position, "Выборы")


@pytest.mark.parametrize("language", LANGUAGES)
def test_versions_are_told_apart_by_number_and_day(language: str) -> None:
    made = _begin()
    with translation.override(language):
        assert str(made) != str(Version.objects.get(number=1))
        assert str(made.adopted_from.year) in str(made)


IN_FORCE = {"kk": "1-нұсқа күшінде", "ru": "Версия 1 действует", "en": "Version 1 is in force"}
TYPED = {"text_kk": "Жаңа тармақ.", "text_ru": "Новое положение.", "text_en": "A new provision."}


def _numbers(version: Version) -> list[int]:
    return list(version.provisions.order_by("number").values_list("number", flat=True))


def test_the_draft_shows_what_it_changes_and_takes_and_gives_provisions() -> None:
    made = _begin()
    client = _client("secretariat", "ru")
    home = reverse("memorandum_draft", args=[made.number])
    first = made.sections.order_by("position")[0]
    end = first.provisions.order_by("-number")[0].number
    add = reverse("memorandum_add_provision", args=[made.number, first.pk])
    answer = client.post(add, {**TYPED, "text_en": ""})
    assert answer.status_code == 400
    assert "Новое положение." in answer.content.decode()
    assert _numbers(made) == list(range(1, 17))
    assert client.post(add, TYPED)["Location"] == home
    assert _numbers(made) == list(range(1, 18))
    new = made.provisions.get(number=end + 1)
    assert (new.text_ru, new.section) == (TYPED["text_ru"], first)
    for code, field in (("kk", "text_kk"), ("ru", "text_ru"), ("en", "text_en")):
        page = client.get(home, {"text": code}).content.decode()
        assert TYPED[field] in page
        assert "redline-new" in page
    client.post(reverse("memorandum_remove_provision", args=[made.number, new.pk]))
    assert _numbers(made) == list(range(1, 17))
    assert _copied(made) == _copied(Version.objects.get(number=1))

    names = {"name_kk": "Жаңа бөлім", "name_ru": "Новый раздел", "name_en": "A new section"}
    client.post(reverse("memorandum_add_section", args=[made.number]), names)
    section = made.sections.get(name_ru="Новый раздел")
    client.post(reverse("memorandum_add_provision", args=[made.number, section.pk]), TYPED)
    assert section.provisions.get().number == 17
    remove = reverse("memorandum_remove_section", args=[made.number, section.pk])
    assert "Сначала уберите их." in client.post(remove, follow=True).content.decode()
    section.provisions.get().delete()
    client.post(remove)
    assert made.sections.count() == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_added_to_a_version_in_force_or_taken_out(language: str) -> None:
    first = Version.objects.get()
    before = _copied(first)
    section = first.sections.all()[0]
    client = _client("secretariat", language)
    added = client.post(reverse("memorandum_add_provision", args=[1, section.pk]), TYPED)
    assert added.status_code == 400
    text = added.content.decode()
    assert IN_FORCE[language] in text
    assert TYPED["text_kk"] in text
    for name, pk in (("provision", first.provisions.all()[0].pk), ("section", section.pk)):
        address = reverse(f"memorandum_remove_{name}", args=[1, pk])
        assert IN_FORCE[language] in client.post(address, follow=True).content.decode()
    assert _copied(first) == before


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"secretariat", "administrator"}))
def test_only_who_may_change_a_version_opens_its_draft(role: str) -> None:
    made = _begin()
    client = _client(role)
    assert client.get(reverse("memorandum_draft", args=[made.number])).status_code != 200
    client.post(reverse("memorandum_add_section", args=[made.number]), {"name_kk": "Ж"})
    one = made.provisions.all()[0]
    client.post(reverse("memorandum_remove_provision", args=[made.number, one.pk]))
    assert made.sections.count() == 3
    assert _numbers(made) == list(range(1, 17))
