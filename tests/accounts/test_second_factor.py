"""Whoever has the admin gives a second factor, however the session came about."""

from __future__ import annotations

import datetime as dt
import re
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret
from allauth.mfa.totp.internal.auth import hotp_value as value_of
from django.core.cache import cache
from django.test import Client
from wagtail.models import ModelLogEntry

from coalition.accounts import demo
from coalition.accounts.forms import TRIES_OF_A_PAIR
from coalition.accounts.models import KnownDevice, User
from monitoring.mailing.models import OutgoingMail
from tests.factories import registry as make

pytestmark = pytest.mark.django_db

DOOR = {"kk": "/kk/kiru/", "ru": "/ru/vkhod/", "en": "/en/sign-in/"}
STEP = {"kk": "/kk/ekinshi-kadam/", "ru": "/ru/vtoroy-shag/", "en": "/en/second-step/"}
PASSWORD = "correct horse battery"
START = dt.datetime(2026, 11, 21, 7, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.SECOND_FACTOR = True
    cache.clear()


def code_of(secret: str, moment: dt.datetime) -> str:
    """What the app shows at a moment."""
    return str(format_hotp_value(value_of(secret, int(moment.timestamp()) // 30)))


def sign_in(client: Client, person: User, language: str = "kk", following: str = "") -> Any:
    typed = {"login": person.email, "password": PASSWORD}
    return client.post(DOOR[language], {**typed, **({"next": following} if following else {})})


def with_app(role: str = "editor", **other: Any) -> tuple[User, str]:
    """A person whose app is set up, and its secret."""
    person = make.make_person(role, **other)
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return person, secret


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_editor_sets_the_app_up_and_goes_on_to_the_page_asked_for(language: str) -> None:
    person = make.make_person("editor")
    client = Client()
    with time_machine.travel(START, tick=False):
        answer = sign_in(client, person, language, "/admin/pages/")
        assert answer["Location"] == "/admin/pages/"
        answer = client.get("/admin/pages/")
        assert answer["Location"].endswith("qosu/?next=%2Fadmin%2Fpages%2F")
        page = client.get(f"{STEP[language]}qosu/?next=/admin/pages/")
        html = page.content.decode()
        assert f'<html lang="{language}">' in html
        assert 'src="data:image/svg+xml;base64,' in html
        secret = page.context["form"].secret
        assert " ".join(re.findall("....", secret)) in html

        wrong = client.post(f"{STEP[language]}qosu/", {"code": "000000"})
        assert wrong.status_code == 400
        assert 'value="000000"' in wrong.content.decode(), "what was typed stays"
        assert wrong.context["form"].secret == secret, "so does the secret"

        spaced = code_of(secret, START)[:3] + " " + code_of(secret, START)[3:]
        answer = client.post(f"{STEP[language]}qosu/", {"code": spaced})
        assert answer.status_code == 302, answer.context["form"].errors
        codes = client.get(answer["Location"])
        assert codes.status_code == 200
        assert len(re.findall(r"<li>\d{8}</li>", codes.content.decode())) == 10
        assert 'href="/admin/pages/"' in codes.content.decode()
        assert client.get("/admin/pages/").status_code == 200
    assert secret not in Authenticator.objects.get(type="totp").data["secret"], "kept encrypted"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_app_is_asked_at_every_sign_in(language: str) -> None:
    person, secret = with_app()
    client = Client()
    with time_machine.travel(START, tick=False):
        answer = sign_in(client, person, language, "/admin/pages/")
        assert answer["Location"].startswith(f"{DOOR[language]}rastau/")
        assert "_auth_user_id" not in client.session, "not signed in by a password alone"
        assert client.get("/admin/")["Location"].startswith("/ru/vkhod/")
        wrong = client.post(f"{DOOR[language]}rastau/", {"code": "123"})
        assert wrong.status_code == 400
        assert f'<html lang="{language}">' in wrong.content.decode()
        answer = client.post(f"{DOOR[language]}rastau/", {"code": code_of(secret, START)})
        assert answer["Location"] == "/admin/pages/"
        assert client.get("/admin/pages/").status_code == 200

        again = Client()
        sign_in(again, person, language)
        used = again.post(f"{DOOR[language]}rastau/", {"code": code_of(secret, START)})
        assert used.status_code == 400, "a code that was seen is worth nothing"


@pytest.mark.parametrize("role", ["member-editor", "editor", "analyst", "secretariat", "superuser"])
def test_a_session_that_came_another_way_goes_no_further(role: str) -> None:
    superuser = role == "superuser"
    person = make.make_person("" if superuser else role, "x@example.com", superuser=superuser)
    for has_app, page in ((False, "/ekinshi-kadam/qosu/"), (True, "rastau/2/")):
        if has_app:
            TOTP.activate(person, generate_totp_secret())
        client = Client()
        client.force_login(person)
        for path in ("/admin/", "/admin/pages/", "/admin/account/", "/kk/", "/kk/tapsyrmalar/"):
            for method in (client.get, client.post):
                answer: Any = method(path)
                assert answer.status_code == 302, path
                assert "qosu" in answer["Location"] or page in answer["Location"]
        assert client.post("/kk/shygu/").status_code == 302, "signing out is always open"


def test_a_member_and_a_reader_are_asked_for_nothing() -> None:
    client = Client()
    client.force_login(make.make_person("member"))
    assert client.get("/kk/tapsyrmalar/").status_code == 200
    assert not Client().get("/kk/zandar/").cookies


def test_a_member_who_becomes_an_editor_is_asked_at_the_next_click() -> None:
    from django.contrib.auth.models import Group

    person = make.make_person("member")
    client = Client()
    client.force_login(person)
    assert client.get("/kk/tapsyrmalar/").status_code == 200
    person.groups.add(Group.objects.get(name="member-editor"))
    assert "qosu" in client.get("/kk/tapsyrmalar/")["Location"]


def test_a_recovery_code_lets_in_once() -> None:
    person, _secret = with_app()
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    codes = RecoveryCodes.activate(person).get_unused_codes()
    for status in (302, 400):
        client = Client()
        sign_in(client, person)
        answer = client.post("/kk/kiru/rastau/", {"code": codes[0]})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("kk", "15 минут күтіңіз"), ("ru", "Подождите 15 минут"), ("en", "Wait 15 minutes")],
)
def test_codes_are_not_guessed_and_the_owner_gets_in_elsewhere(
    language: str, sentence: str
) -> None:
    person, secret = with_app()
    guesser = Client(REMOTE_ADDR="192.0.2.7")
    with time_machine.travel(START, tick=False):
        sign_in(guesser, person, language)
        for _ in range(TRIES_OF_A_PAIR[0]):
            assert guesser.post(f"{DOOR[language]}rastau/", {"code": "1"}).status_code == 400
        right = {"code": code_of(secret, START)}
        answer = guesser.post(f"{DOOR[language]}rastau/", right)
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
        owner = Client(REMOTE_ADDR="192.0.2.8")
        sign_in(owner, person, language)
        assert owner.post(f"{DOOR[language]}rastau/", right).status_code == 302


def test_another_telephone_needs_the_old_code_and_ends_other_sessions() -> None:
    person, secret = with_app()
    client, other = Client(), Client()
    with time_machine.travel(START, tick=False) as clock:
        for one in (client, other):
            sign_in(one, person)
            answer = one.post("/kk/kiru/rastau/", {"code": code_of(secret, clock_now())})
            assert answer.status_code == 302
            clock.shift(60)
        clock.shift(16 * 60)
        answer = client.get("/kk/ekinshi-kadam/oshiru/")
        assert "/kiru/rastau/" in answer["Location"], "first once more"
        again = answer["Location"].replace("rastau/3/", "rastau/2/")
        answer = client.post(again, {"code": code_of(secret, clock_now())})
        assert answer.status_code == 302
        assert client.post("/kk/ekinshi-kadam/oshiru/").status_code == 302
        assert "qosu" in client.get("/admin/")["Location"]
        assert "qosu" in other.get("/admin/")["Location"], "the other session rests on nothing"


def clock_now() -> dt.datetime:
    from monitoring.core import clock

    return clock.now()


def test_people_are_changed_only_soon_after_a_password_or_code() -> None:
    person, secret = with_app("administrator")
    victim = make.make_person("editor", "victim@example.com")
    client = Client()
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, person)
        client.post("/kk/kiru/rastau/", {"code": code_of(secret, START)})
        path = f"/admin/users/edit/{victim.pk}/"
        assert client.get(path).status_code == 200
        clock.shift(16 * 60)
        answer = client.post(path, {"email": "stolen@example.com"})
        assert answer.status_code == 302
        assert "/kiru/rastau/" in answer["Location"] or "/vkhod/rastau/" in answer["Location"]
        victim.refresh_from_db()
        assert victim.email == "victim@example.com"


def test_an_administrator_resets_a_lost_factor_with_a_log_entry_and_a_mail() -> None:
    person, _secret = with_app()
    administrator, secret = with_app("administrator")
    client = Client()
    with time_machine.travel(START, tick=False):
        sign_in(client, administrator)
        client.post("/kk/kiru/rastau/", {"code": code_of(secret, START)})
        path = f"/admin/second-step/{person.pk}/reset/"
        assert path in client.get("/admin/users/").content.decode()
        assert client.get(path).status_code == 200
        assert Authenticator.objects.filter(user=person).exists(), "GET changes nothing"
        assert client.post(path).status_code == 302
    assert not Authenticator.objects.filter(user=person).exists()
    entry = ModelLogEntry.objects.for_instance(person).get()
    assert (entry.action, entry.user) == ("accounts.reset_factor", administrator)
    mail = OutgoingMail.objects.filter(template="account_notice", recipient=person.email).get()
    assert mail.language == "ru"


def test_an_administrator_makes_no_superuser_and_changes_none() -> None:
    administrator, secret = with_app("administrator")
    chief = make.make_person("", "chief@example.com", superuser=True)
    editor = make.make_person("editor", "e@example.com")
    TOTP.activate(chief, generate_totp_secret())
    client = Client()
    with time_machine.travel(START, tick=False):
        sign_in(client, administrator)
        client.post("/kk/kiru/rastau/", {"code": code_of(secret, START)})
        form = {"email": "n@example.com", "first_name": "N", "last_name": "N"}
        client.post(
            "/admin/users/new/",
            {**form, "is_superuser": "on", "password1": PASSWORD, "password2": PASSWORD},
        )
        client.post(f"/admin/users/edit/{editor.pk}/", {**form, "is_superuser": "on"})
        client.post(
            f"/admin/users/edit/{chief.pk}/",
            {**form, "is_active": "on", "password1": "hijacked now", "password2": "hijacked now"},
        )
        client.post(f"/admin/second-step/{chief.pk}/reset/")
    assert set(User.objects.filter(is_superuser=True)) == {chief}
    chief.refresh_from_db()
    assert chief.check_password(PASSWORD)
    assert Authenticator.objects.filter(user=chief).exists()


def test_a_new_device_is_told_of_by_mail_once_and_keeps_no_address() -> None:
    person = make.make_person("member")
    agent = "Mozilla/5.0 (Linux; Android 9; SM-A105F) AppleWebKit/537.36 Chrome/86.0 Mobile"
    client = Client(REMOTE_ADDR="192.0.2.77", headers={"user-agent": agent})
    for _ in range(2):
        assert sign_in(client, person).status_code == 302
        client.post("/kk/shygu/")
    mail = OutgoingMail.objects.filter(template="account_notice").get()
    message: Any = message_from_bytes(bytes(mail.raw or b""), policy=default)
    text = message.get_body(("plain",)).get_content()
    assert "Chrome, Android" in text
    assert "192.0.2.77" not in text
    assert KnownDevice.objects.filter(user=person).count() == 1
    assert client.cookies["device"]["httponly"]
    sign_in(Client(), person)
    assert OutgoingMail.objects.filter(template="account_notice").count() == 2


def test_the_demonstrations_logins_need_none_while_they_exist(settings: Any, tmp_path: Any) -> None:
    from coalition.accounts.services import sync_groups

    settings.VAR_DIR = tmp_path
    settings.DEMO_LOGINS = True
    sync_groups()
    demo.ensure_demo_users()
    with_admin = [email for _name, email, role in demo.DEMO if role != "member"]
    for email in with_admin:
        client = Client()
        client.post(DOOR["kk"], {"login": email, "password": demo.kept()[email]})
        assert client.get("/admin/").status_code == 200, email
    settings.DEMO_LOGINS = False
    assert "qosu" in client.get("/admin/")["Location"]


@pytest.mark.parametrize("path", ["/kk/_util/login/", "/admin/login/"])
def test_there_is_no_second_door(path: str) -> None:
    person = make.make_person("editor")
    client = Client()
    typed = {"username": person.email, "login": person.email, "password": PASSWORD}
    answer = client.post(path, typed)
    assert answer.status_code == 302
    assert answer["Location"].partition("?")[0] in DOOR.values()
    assert "_auth_user_id" not in client.session


def test_secrets_are_read_with_an_older_key(settings: Any) -> None:
    from coalition.accounts.factor import FactorAdapter

    kept = FactorAdapter().encrypt("secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of the tests, long enough for every check of it"
    assert FactorAdapter().decrypt(kept) == "secret"
