"""A second editor's older form does not overwrite what a first one saved, in any plain record."""

from __future__ import annotations

import threading

import pytest
from django.apps import apps
from django.db import connections
from django.db.models.signals import pre_save
from django.test import Client
from wagtail.models import RevisionMixin
from wagtail.snippets.models import get_snippet_models
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from monitoring.core.two_editors import RefuseOlder
from monitoring.vocabulary.models import Status

pytestmark = pytest.mark.django_db

SAID = {
    "kk": "Осы аралықта мұнда басқа мәтін сақталды: «Қабылданды».",
    "ru": "Тем временем здесь сохранили другой текст: «Қабылданды».",
    "en": "Meanwhile somebody saved here: “Қабылданды”.",
}


def test_every_snippet_without_drafts_refuses_an_older_form() -> None:
    lax = [
        model._meta.label
        for model in get_snippet_models()
        if not issubclass(model, RevisionMixin)
        and apps.get_app_config(model._meta.app_label).name.startswith(("coalition", "monitoring"))
        and not issubclass(model.snippet_viewset.edit_view_class, RefuseOlder)
    ]
    assert lax == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_both_texts_are_shown_and_a_second_save_is_made_knowingly(language: str) -> None:
    user = User.objects.create_superuser("root@example.org", "x")
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client = Client()
    client.force_login(user)
    status = Status.objects.create(key="x", name_kk="Күшінде", name_ru="Действует", name_en="y")
    address = f"/admin/snippets/vocabulary/status/edit/{status.pk}/"
    form = client.get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed = {name: value for name, value in typed.items() if value not in (None, False)}
    Status.objects.filter(pk=status.pk).update(name_kk="Қабылданды")

    answer = client.post(address, {**typed, "name_kk": "Күшін жойған"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert SAID[language] in text
    assert 'value="Күшін жойған"' in text
    assert answer.context["form"].errors.keys() == {"name_kk", "__all__"}
    status.refresh_from_db()
    assert status.name_kk == "Қабылданды"

    again = {**typed, "name_kk": "Күшін жойған", "seen": answer.context["form"]["seen"].value()}
    assert client.post(address, again).status_code == 302
    status.refresh_from_db()
    assert status.name_kk == "Күшін жойған"


def test_without_a_newer_change_a_save_is_a_save() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", "x"))
    status = Status.objects.create(key="x", name_kk="Күшінде", name_ru="Действует", name_en="y")
    address = f"/admin/snippets/vocabulary/status/edit/{status.pk}/"
    form = client.get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed = {name: value for name, value in typed.items() if value not in (None, False)}
    assert client.post(address, {**typed, "name_ru": "В силе"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_the_same_moment_one_is_refused() -> None:
    status = Status.objects.create(key="x", name_kk="Күшінде", name_ru="Действует", name_en="y")
    address = f"/admin/snippets/vocabulary/status/edit/{status.pk}/"
    clients = [Client(), Client()]
    for number, client in enumerate(clients):
        client.force_login(User.objects.create_superuser(f"root{number}@example.org", "x"))
    form = clients[0].get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed = {name: value for name, value in typed.items() if value not in (None, False)}
    saving, other_done = threading.Event(), threading.Event()

    def linger(**_: object) -> None:
        """The first to save stands between its look and its write while the second tries."""
        if not saving.is_set():
            saving.set()
            other_done.wait(1.5)

    answers: dict[str, int] = {}

    def save(client: Client, name: str) -> None:
        try:
            answers[name] = client.post(address, {**typed, "name_kk": name}).status_code
        finally:
            connections.close_all()

    pre_save.connect(linger, sender=Status)
    try:
        first = threading.Thread(target=save, args=(clients[0], "Қабылданды"))
        first.start()
        assert saving.wait(10)
        second = threading.Thread(target=save, args=(clients[1], "Күшін жойған"))
        second.start()
        second.join(5)
        other_done.set()
        for thread in (first, second):
            thread.join(20)
    finally:
        pre_save.disconnect(linger, sender=Status)
    assert answers == {"Қабылданды": 302, "Күшін жойған": 409}
    assert Status.objects.get(pk=status.pk).name_kk == "Қабылданды"
