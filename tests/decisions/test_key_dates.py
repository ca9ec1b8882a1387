"""The five dates: each stands once, as a step; status by the source; how fresh a translation is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from monitoring.decisions.key_dates import dates_of, out_of_order, set_dates, standing
from monitoring.decisions.models import Edition, StageEvent
from monitoring.decisions.services import add_edition, update_decision
from tests.factories.record import make_decision, make_stage, make_status

DAY = dt.date(2024, 5, 31)
LANGUAGES = ("kk", "ru", "en")


def known(year: int, month: int = 0, day: int = 0) -> tuple[dt.date, str]:
    return dt.date(year, month or 1, day or 1), "day" if day else "month" if month else "year"


@pytest.mark.parametrize(
    ("dates", "wrong"),
    [
        ({"introduced": known(2024, 5, 2), "adopted": known(2024, 5, 1)}, True),
        ({"introduced": known(2024, 5, 2), "adopted": known(2024, 5)}, False),
        ({"introduced": known(2024, 5, 2), "adopted": known(2024)}, False),
        ({"introduced": known(2024, 6, 2), "adopted": known(2024, 5)}, True),
        ({"adopted": known(2024, 5, 1), "in_force": known(2024, 1, 1)}, False),
        ({"in_force": known(2024, 5, 1), "ended": known(2023)}, True),
        ({"introduced": known(2024), "ended": (None, "unknown")}, False),
    ],
)
def test_dates_are_refused_only_if_they_cannot_both_be_true(
    dates: dict[str, Any], wrong: bool
) -> None:
    assert (out_of_order(dates) is not None) == wrong


@pytest.fixture
def analyst(client: Client) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("analyst@example.org", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    return user


@pytest.mark.django_db
def test_a_date_is_a_step_and_its_correction_replaces_the_step() -> None:
    decision = make_decision()
    for key in ("introduced", "adopted", "published", "in-force"):
        make_stage(key)
    dates = {
        "introduced": known(2023),
        "adopted": known(2024, 5, 31),
        "published": known(2024, 6),
        "in_force": known(2024, 7, 1),
    }
    assert set_dates(decision=decision, dates=dates) == 4
    assert dates_of(decision) == dates
    assert set_dates(decision=decision, dates=dates) == 0, "what stands is not written again"
    set_dates(decision=decision, dates={"introduced": known(2023, 9, 4)})
    assert dates_of(decision)["introduced"] == known(2023, 9, 4)
    assert len(standing(decision)) == 4
    assert StageEvent.objects.count() == 5, "the mistake stays in the record"
    with pytest.raises(ValidationError):
        set_dates(decision=decision, dates={"ended": known(2025)})
    with pytest.raises(ValidationError):
        set_dates(decision=decision, dates={"published": known(2022)})
    assert StageEvent.objects.count() == 5


LATER = {
    "kk": "екі күннің бірі қате",
    "ru": "одна из двух дат неверна",
    "en": "one of the two dates is wrong",
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_screen_takes_the_dates_and_refuses_those_out_of_order(
    client: Client, analyst: User, language: str
) -> None:
    UserProfile.objects.create(user=analyst, preferred_language=language)
    for key in ("introduced", "adopted", "published", "in-force"):
        make_stage(key)
    decision = make_decision()
    screen = reverse("decisions:edit", args=[decision.pk])
    data = {
        "kind": decision.kind_id,
        "adoption_number": "7",
        "when": "31.05.2024",
        "verified": "no",
        "visibility": "auto",
        "version": 1,
        "introduced": "12.2023",
        "adopted": "31.05.2024",
        "source_status": make_status("repealed", ends=True).pk,
    }
    answer = client.post(screen, {**data, "adopted": "30.11.2023"})
    assert answer.status_code == 200
    assert "adopted" in answer.context["form"].errors
    page = answer.content.decode()
    assert LATER[language] in page
    assert "30.11.2023" in page
    assert not decision.stage_events.exists()
    assert client.post(screen, data).status_code == 302
    assert dates_of(decision) == {"introduced": known(2023, 12), "adopted": known(2024, 5, 31)}
    assert 'value="12.2023"' in client.get(screen).content.decode()
    decision.refresh_from_db()
    assert client.post(screen, {**data, "version": decision.version}).status_code == 302
    assert decision.stage_events.count() == 2, "saving again adds no step"


@pytest.mark.django_db
def test_the_status_by_the_source_is_shown_where_ours_differs(client: Client) -> None:
    ours, theirs = make_status("in-force"), make_status("repealed", ends=True)
    decision = make_decision(status=ours, source_status=ours)
    said = {
        "kk": "Дереккөзде басқаша",
        "ru": "В источнике иначе",
        "en": "The source says otherwise",
    }
    for language, words in said.items():
        assert words not in client.get(decision.address_in(language)).content.decode()
    update_decision(decision=decision, source_status=theirs)
    for language, words in said.items():
        page = client.get(decision.address_in(language)).content.decode()
        assert f"{words}: repealed {language}" in page


OLDER = {
    "kk": "қазақша мәтіннің бұрынғы нұсқасынан",
    "ru": "по более раннему казахскому тексту",
    "en": "made from an older Kazakh text",
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_says_when_it_was_made_from_an_older_text(
    client: Client, analyst: User, language: str
) -> None:
    UserProfile.objects.create(user=analyst, preferred_language=language)
    decision = make_decision(editions={"kk": {"title": "Атауы", "summary": "Бір"}})
    add_edition(decision=decision, language="ru", title="Название", publish=True)
    russian = decision.editions.get(language="ru")
    screen = reverse("wagtailsnippets_decisions_edition:edit", args=[russian.pk])
    data = {
        "decision": decision.pk,
        "language": "ru",
        "title": "Название",
        "made_from": "kk",
        "action-publish": "1",
    }
    assert client.post(screen, data).status_code == 302
    russian.refresh_from_db()
    kazakh = decision.editions.get(language="kk")
    assert russian.made_from_revision_id == kazakh.live_revision_id
    page = decision.address_in("ru")
    assert OLDER["ru"] not in client.get(page).content.decode()

    kazakh.summary = "Бір\nЕкі"
    kazakh.save_revision().publish(skip_permission_checks=True)
    assert OLDER["ru"] in client.get(page).content.decode()
    assert OLDER["ru"] not in client.get(decision.address_in("kk")).content.decode()
    assert client.post(screen, {**data, "title": "Другое"}).status_code == 302
    assert OLDER["ru"] in client.get(page).content.decode(), "a mended letter is no comparison"
    older = {"kk": "бүгін ол мәтін басқаша", "ru": "уже другой", "en": "otherwise today"}
    assert older[language] in client.get(screen).content.decode()
    assert client.post(screen, {**data, "compared": "on"}).status_code == 302
    assert OLDER["ru"] not in client.get(page).content.decode()
    assert Edition.objects.get(pk=russian.pk).made_from == "kk"
    answer = client.post(screen, {**data, "made_from": "ru"})
    assert "made_from" in answer.context["form"].errors
