"""Signing in: by address, in Russian until chosen otherwise, with a limit that locks nobody out."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from wagtail.users.models import UserProfile

from coalition.accounts import demo
from coalition.accounts.forms import TRIES_OF_A_PAIR
from coalition.accounts.models import User
from coalition.accounts.services import sync_groups
from monitoring.core import permissions
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

LOGIN = {"kk": "/kk/kiru/", "ru": "/ru/vkhod/", "en": "/en/sign-in/"}
RIGHT = {"login": "Editor@Example.org", "password": "correct horse battery"}
WRONG = {**RIGHT, "password": "wrong"}


def test_the_address_is_the_login_whatever_its_case() -> None:
    make.make_person("editor")
    client = Client()
    answer = client.post(LOGIN["kk"], RIGHT)
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("kk", "15 минут күтіңіз немесе"),
        ("ru", "Подождите 15 минут или"),
        ("en", "Too many attempts to sign in from here. Wait 15 minutes or reset the password."),
    ],
)
def test_a_guesser_waits_and_the_owner_signs_in_elsewhere(language: str, sentence: str) -> None:
    make.make_person("editor")
    guesser = Client(REMOTE_ADDR="192.0.2.7")
    for _ in range(TRIES_OF_A_PAIR[0]):
        answer = guesser.post(LOGIN[language], WRONG)
        assert answer.status_code == 400
        assert sentence not in answer.content.decode()
    answer = guesser.post(LOGIN[language], RIGHT)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert f'lang="{language}"' in text
    assert sentence in text
    assert 'value="Editor@Example.org"' in text, "the typed address stays"
    assert Client(REMOTE_ADDR="192.0.2.8").post(LOGIN[language], RIGHT).status_code == 302


def test_the_admin_is_russian_whatever_the_browser_prefers() -> None:
    client = Client(headers={"accept-language": "en"})
    assert client.get("/admin/")["Location"] == "/ru/vkhod/?next=/admin/"
    assert 'lang="ru"' in client.get("/admin/password_reset/").content.decode()
    client.force_login(make.make_person("editor"))
    assert 'lang="ru"' in client.get("/admin/").content.decode()


@pytest.mark.parametrize("language", ["kk", "en"])
def test_a_person_chooses_another_language_for_the_admin(language: str) -> None:
    person = make.make_person("editor")
    UserProfile.objects.filter(user=person).update(preferred_language=language)
    client = Client()
    client.force_login(person)
    assert f'lang="{language}"' in client.get("/admin/").content.decode()


def test_a_member_has_no_admin() -> None:
    client = Client()
    client.force_login(make.make_person("member"))
    answer = client.get("/admin/", follow=True)
    assert [where for where, _ in answer.redirect_chain] == [
        "/ru/vkhod/?next=/admin/",
        "/ru/zadachi/",
    ]
    assert answer.status_code == 200
    assert answer.context["messages"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_wagtails_own_sign_in_only_leads_to_the_one_door(method: str) -> None:
    make.make_person("editor")
    client = Client()
    typed = {"username": RIGHT["login"], "password": RIGHT["password"], **RIGHT}
    answer = getattr(client, method)("/admin/login/?next=/admin/pages/", typed)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/ru/vkhod/?next=%2Fadmin%2F")
    assert "_auth_user_id" not in client.session


def test_the_groups_are_made_once_and_mended() -> None:
    sync_groups()
    assert set(Group.objects.values_list("name", flat=True)) == set(permissions.ROLES)
    editor = Group.objects.get(name="editor")
    editor.permissions.clear()
    before = sync_groups()
    assert editor.permissions.filter(codename="access_admin").exists()
    assert sync_groups() == before
    assert not Group.objects.get(name="member").permissions.exists()


def test_a_permission_that_no_model_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(permissions._granted, "analyst", {"decisions.fly_decision"})
    with pytest.raises(ImproperlyConfigured, match=r"analyst.*decisions\.fly_decision"):
        sync_groups()


def test_demo_logins_are_kept_to_their_owner_and_never_reset(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    sync_groups()
    assert demo.ensure_demo_users() == len(demo.DEMO)
    kept = demo.kept()
    assert stat.S_IMODE(demo.path().stat().st_mode) == 0o600
    for _name, email, _role in demo.DEMO:
        assert User.objects.get(email=email).check_password(kept[email])
    before = dict(User.objects.values_list("email", "password"))
    assert demo.ensure_demo_users() == 0
    assert dict(User.objects.values_list("email", "password")) == before
    demo.path().unlink()
    assert all("manage.py changepassword" in line for line in demo.lines())
