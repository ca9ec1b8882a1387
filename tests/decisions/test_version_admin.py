"""An analyst pastes a text, sees how it comes apart, and only then keeps it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from monitoring.decisions.models import TextVersion
from monitoring.decisions.versions import versions_of
from tests.factories.record import make_decision

pytestmark = pytest.mark.django_db

FIELDS = {"language": "ru", "valid_from": "07.11.2014", "source": "https://zan.gov.kz/1"}
TEXT = "Статья 1. О бюджете\n1. Первый.\n2) исключен;\nСноска. Статья 1 с изменениями."


def enter(client: Client, role: str, language: str = "ru") -> User:
    call_command("sync_groups")
    user = User.objects.create_user(f"{role}@example.org", "secret", is_active=True)
    user.groups.add(Group.objects.get(name=role))
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client.force_login(user)
    return user


def test_a_text_is_kept_only_after_a_look_at_how_it_comes_apart(client: Client) -> None:
    user = enter(client, "analyst")
    decision = make_decision()
    screen = reverse("decision_texts", args=[decision.pk])
    assert screen in client.get(reverse("decisions:edit", args=[decision.pk])).content.decode()
    # `save` without the look is only a look.
    look = client.post(screen, {**FIELDS, "text": TEXT, "save": "1"})
    shown = look.content.decode()
    assert "art_1__para_1__subpara_2" in shown
    assert "Статей: 1 · строк акта: 3 · примечаний издателя: 1" in shown
    assert not TextVersion.objects.exists()
    seen = look.context["form"]["seen"].value()
    other = client.post(screen, {**FIELDS, "text": TEXT + "\n3) иное;", "seen": seen, "save": "1"})
    assert other.status_code == 200
    assert not TextVersion.objects.exists()
    kept = client.post(screen, {**FIELDS, "text": TEXT, "seen": seen, "save": "1"})
    assert kept.status_code == 302
    (version,) = versions_of(decision).rows
    assert (version.by, version.is_whole, version.source) == (user, True, FIELDS["source"])
    again = client.post(screen, {**FIELDS, "text": TEXT, "seen": seen, "save": "1"})
    assert again.status_code == 422
    assert "На этот день именно этот текст уже внесён" in again.content.decode()
    client.post(reverse("text_withdraw", args=[version.pk]))
    assert versions_of(decision).rows == ()


def test_a_file_is_read_into_the_box_whatever_its_encoding(client: Client) -> None:
    enter(client, "analyst")
    screen = reverse("decision_texts", args=[make_decision().pk])
    page = "<html><body><script>x</script><p>Статья 1. О</p><p>1. Пункт.</p></body></html>"
    file = SimpleUploadedFile("act.html", page.encode("cp1251"))
    look = client.post(screen, {**FIELDS, "file": file})
    assert look.context["form"]["text"].value() == "Статья 1. О\n1. Пункт."
    assert "art_1__para_1" in look.content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "Мұнда мәтін жоқ"), ("ru", "Здесь нет текста"), ("en", "There is no text here")],
)
def test_what_is_refused_is_said_beside_its_box_and_nothing_typed_is_lost(
    client: Client, language: str, words: str
) -> None:
    enter(client, "analyst", language)
    screen = reverse("decision_texts", args=[make_decision().pk])
    typed: dict[str, Any] = {**FIELDS, "source": "Жинақ № 3", "text": "<script>x</script>"}
    answer = client.post(screen, typed)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["text"])
    assert 'value="Жинақ № 3"' in answer.content.decode()
    empty = client.post(screen, {**typed, "text": "1. Бар.", "valid_from": "31.02.2014"})
    assert list(empty.context["form"].errors) == ["valid_from"]
    assert "1. Бар." in empty.content.decode()


def test_a_translator_enters_no_official_texts(client: Client) -> None:
    enter(client, "translator")
    screen = reverse("decision_texts", args=[make_decision().pk])
    answer = client.post(screen, {**FIELDS, "text": TEXT})
    assert answer.status_code in (302, 403)
    assert not TextVersion.objects.exists()
