"""The record in the admin: one screen, refusals that keep what was typed, rights by role."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from coalition.accounts.models import User
from monitoring.core.permissions import granted
from monitoring.decisions.models import Decision, Edition, StageEvent
from monitoring.decisions.services import update_decision
from monitoring.journal.models import Change
from tests.factories.record import make_body, make_decision, make_kind, make_stage, make_topic

pytestmark = pytest.mark.django_db

LANGUAGES = ("kk", "ru", "en")


@pytest.fixture
def analyst(client: Client) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("analyst@example.org", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    return user


def speak(user: User, language: str) -> None:
    from wagtail.users.models import UserProfile

    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "kind": make_kind().pk,
        "adoption_number": "7-15",
        "when": "31.05.2024",
        "language": "kk",
        "title": "Ауыл бюджеті туралы шешім",
        "verified": "partly",
        "visibility": "auto",
        **changed,
    }


def test_an_analyst_adds_a_decision_with_its_first_text_on_one_screen(
    client: Client, analyst: User
) -> None:
    screen = reverse("decisions:add")
    assert client.get(screen).status_code == 200
    answer = client.post(
        screen,
        typed(
            bodies=[make_body().pk],
            topics=[make_topic().pk],
            links="https://adilet.zan.kz/kaz/docs/X1 Әділет\nҚағаз кітап",
            summary="Ауыл өз ақшасын өзі жұмсайды",
            publish="on",
        ),
    )
    assert answer.status_code == 302, answer.content.decode()
    decision = Decision.objects.latest("pk")
    assert decision.is_public
    assert (str(decision.date), decision.precision) == ("2024-05-31", "day")
    assert [(link.url, link.label_kk) for link in decision.links.all()] == [
        ("https://adilet.zan.kz/kaz/docs/X1", "Әділет"),
        ("", "Қағаз кітап"),
    ]
    assert decision.editions.get().live
    assert decision.field_sources.filter(by=analyst, field="date").exists()
    change = Change.objects.latest("pk")
    assert (change.kind, change.subject_id, change.announce) == ("published", decision.pk, True)


REFUSED = {
    "a date that is none": (
        {"when": "31 мамыр"},
        {
            "kk": "«31 мамыр» – күн емес",
            "ru": "«31 мамыр» – это не дата",
            "en": "“31 мамыр” is not a date",
        },
    ),
    "a date that is not in the calendar": (
        {"when": "31.02.2024"},
        {
            "kk": "«31.02.2024» – күн емес",
            "ru": "«31.02.2024» – это не дата",
            "en": "“31.02.2024” is not a date",
        },
    ),
    "no title": (
        {"title": "", "official_title": ""},
        {
            "kk": "Қысқаша немесе ресми атауын жазыңыз",
            "ru": "Укажите краткое или официальное название",
            "en": "Enter a short or an official title",
        },
    ),
    "a source that is no address": (
        {"links": "https://adilet zan kz"},
        {
            "kk": "бет мекенжайы емес",
            "ru": "не адрес страницы",
            "en": "is not an address of a page",
        },
    ),
    "a status date without a day": (
        {"status_date": "2024"},
        {
            "kk": "Күнін толық жазыңыз",
            "ru": "Введите полную дату",
            "en": "Enter the whole day",
        },
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_refused_is_said_in_the_persons_language_and_all_typed_stays(
    client: Client, analyst: User, fault: str, language: str
) -> None:
    speak(analyst, language)
    wrong, sentences = REFUSED[fault]
    known = Decision.objects.count()
    data = typed(**{"summary": "Сақталуы керек сөздер", "note": "менің ескертпем", **wrong})
    answer = client.post(reverse("decisions:add"), data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentences[language] in page
    for value in (*wrong.values(), "Сақталуы керек сөздер", "менің ескертпем", "7-15"):
        assert value in page
    assert Decision.objects.count() == known


CONFLICT = {
    "kk": "Сіз өңдеп жатқанда бұл құжатты басқа біреу сақтап қойды",
    "ru": "Пока вы правили, этот документ сохранил кто-то другой",
    "en": "Somebody saved this document while you were editing",
}
CONFLICT_OF_TEXTS = {
    "kk": "Сіз өңдеп жатқанда бұл мәтінді басқа біреу сақтап қойды",
    "ru": "Пока вы правили, этот текст сохранил кто-то другой",
    "en": "Somebody saved this text while you were editing",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_saving_over_a_colleagues_change_is_refused_with_both_texts(
    client: Client, analyst: User, language: str
) -> None:
    speak(analyst, language)
    decision = make_decision(number="7")
    screen = reverse("decisions:edit", args=[decision.pk])
    assert client.get(screen).status_code == 200
    update_decision(decision=decision, adoption_number="8-A", by=analyst)

    mine = {**typed(adoption_number="9-B", note="менің ойым"), "version": "1"}
    answer = client.post(screen, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert CONFLICT[language] in page
    assert "8-A" in page, "what stands now"
    assert "9-B" in page, "what was typed"
    assert "менің ойым" in page
    assert Decision.objects.get(pk=decision.pk).adoption_number == "8-A"

    version = answer.context["form"]["version"].value()
    answer = client.post(screen, {**mine, "version": version})
    assert answer.status_code == 302, "the second time it is meant"
    assert Decision.objects.get(pk=decision.pk).adoption_number == "9-B"


@pytest.mark.parametrize("language", LANGUAGES)
def test_saving_over_a_colleagues_draft_of_a_text_is_refused_with_both(
    client: Client, analyst: User, language: str
) -> None:
    speak(analyst, language)
    edition = make_decision(title="Бастапқы атау").editions.get()
    loaded = edition.latest_revision
    screen = reverse("wagtailsnippets_decisions_edition:edit", args=[edition.pk])
    edition.title = "Әріптестің атауы"
    edition.save_revision()

    mine = {
        "decision": edition.decision_id,
        "language": "kk",
        "title": "Менің атауым",
        "loaded_revision_id": loaded.pk,
        "loaded_revision_created_at": loaded.created_at.isoformat(),
    }
    answer = client.post(screen, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert CONFLICT_OF_TEXTS[language] in page
    assert "Әріптестің атауы" in page
    assert "Менің атауым" in page
    edition.refresh_from_db()
    assert edition.get_latest_revision_as_object().title == "Әріптестің атауы"

    newest = edition.latest_revision
    mine |= {
        "loaded_revision_id": newest.pk,
        "loaded_revision_created_at": newest.created_at.isoformat(),
    }
    assert client.post(screen, mine).status_code == 302
    edition.refresh_from_db()
    assert edition.get_latest_revision_as_object().title == "Менің атауым"


def test_a_step_is_added_from_the_same_screen(client: Client, analyst: User) -> None:
    decision = make_decision()
    stage = make_stage("withdrawn", ends=True)
    screen = reverse("decisions:edit", args=[decision.pk])
    data = {**typed(), "version": "1"}
    answer = client.post(screen, {**data, "stage_when": "15.05.2024"})
    assert answer.status_code == 200
    assert "stage" in answer.context["form"].errors
    answer = client.post(screen, {**data, "stage": stage.pk, "stage_when": "15.05.2024"})
    assert answer.status_code == 302
    event = StageEvent.objects.get(decision=decision)
    assert (event.stage, str(event.date), event.by) == (stage, "2024-05-15", analyst)


def test_a_second_text_in_a_language_is_refused_and_one_begins_at_its_decision(
    client: Client, analyst: User
) -> None:
    decision = make_decision()
    add = reverse("wagtailsnippets_decisions_edition:add")
    assert client.get(add).status_code == 302
    assert client.get(add, {"decision": str(decision.pk), "language": "ru"}).status_code == 200
    words = {"decision": decision.pk, "title": "О бюджете"}
    assert client.post(add, {**words, "language": "kk"}).status_code == 200
    assert client.post(add, {**words, "language": "ru"}).status_code == 302
    assert set(Edition.objects.values_list("language", "live")) >= {("kk", True), ("ru", False)}


def test_roles_may_do_what_they_are_for() -> None:
    assert "decisions.add_decision" in granted("analyst")
    assert "decisions.publish_edition" in granted("editor")
    assert "decisions.change_decision" not in granted("editor")
    assert "decisions.publish_edition" not in granted("translator")
    assert not any(right.startswith("decisions") for right in granted("member-editor"))
    rules = {"intake.delete_topicrule", "intake.delete_autoaccept"}
    assert {right for right in granted("analyst") if ".delete_" in right} == rules


def test_the_admin_list_takes_few_queries(
    client: Client, analyst: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(15):
        make_decision(number=str(number))
    client.get(reverse("decisions:index"))
    with django_assert_max_num_queries(30):
        assert client.get(reverse("decisions:index")).status_code == 200


def test_nobody_removes_a_decision_and_a_draft_is_looked_at_before_it_is_public(
    client: Client, analyst: User
) -> None:
    decision = make_decision(public=False)
    edition = decision.editions.get()
    analyst.is_superuser = True
    analyst.save()
    client.post(reverse("decisions:delete", args=[decision.pk]))
    assert Decision.objects.filter(pk=decision.pk).exists()

    words = {"decision": decision.pk, "language": "kk", "title": "Алдын ала көру"}
    preview = reverse("wagtailsnippets_decisions_edition:preview_on_edit", args=[edition.pk])
    assert client.post(preview, words).json()["is_valid"]
    page = client.get(preview)
    assert page.status_code == 200
    assert "Алдын ала көру" in page.content.decode()
    assert not Change.objects.exists()
