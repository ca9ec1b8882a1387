"""Asking for mail: one row, one mail, one neutral answer; GET changes nothing."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import re
import time
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from monitoring.core import clock
from monitoring.digests import runs, services
from monitoring.digests.models import Consent, Subscriber, Subscription
from monitoring.digests.queries import EVERYTHING, query_of
from monitoring.mailing.addresses import digest
from monitoring.mailing.models import OutgoingMail, Suppression
from monitoring.mailing.services import suppress_address
from tests.factories import digests as make

pytestmark = pytest.mark.django_db

FORM = {"kk": "/kk/khat-alu/", "ru": "/ru/podpiska/", "en": "/en/subscribe/"}
ASKED = {"address": "reader@example.org", "about": "all", "frequency": "daily"}
LINK = re.compile(r"http://localhost:8000(/\S+/t/\S+)")


def ask(client: Client, language: str = "kk", **fields: str) -> Any:
    return client.post(FORM[language], {**ASKED, **fields})


def text_of(mail: OutgoingMail) -> str:
    message: Any = email.message_from_bytes(bytes(mail.raw or b""), policy=email.policy.default)
    return str(message.get_body(("plain",)).get_content())


def links_of(mail: OutgoingMail) -> list[str]:
    return LINK.findall(text_of(mail))


def everything_stored() -> str:
    """Every row of the two rooms and of the token buckets, as text."""
    rows: list[Any] = []
    for app in ("digests", "mailing", "core"):
        for model in apps.get_app_config(app).get_models():
            rows += model._default_manager.order_by("pk")
    return str(serializers.serialize("json", rows))


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_form_says_what_comes_and_sets_no_cookie(
    client: Client, language: str, django_assert_max_num_queries: Any
) -> None:
    make.topic()
    make.decision("Ауыл бюджеті туралы")
    with django_assert_max_num_queries(15):
        page = client.get(FORM[language])
    assert page.status_code == 200
    assert not page.cookies
    html = page.content.decode()
    assert f'<html lang="{language}">' in html
    assert "Ауыл бюджеті туралы" in html
    assert f"budget topic {language}" in html


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_from_form_to_confirmed_in_one_language(client: Client, language: str) -> None:
    answer = ask(client, language)
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    mail = OutgoingMail.objects.get()
    assert mail.language == language
    (link,) = links_of(mail)
    page = client.get(link)
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.content.decode()
    assert Subscriber.objects.get().state == "pending"
    done = client.post(link)
    assert done.status_code == 200
    assert not done.cookies
    reader = Subscriber.objects.get()
    assert (reader.state, reader.language) == ("active", language)
    assert Subscription.objects.active().count() == 1
    assert list(Consent.objects.order_by("pk").values_list("event", flat=True)) == [
        "asked",
        "confirmed",
    ]


SENTENCES = {
    "kk": ("@ болуы керек", "«reader.example.org»"),
    "ru": ("@", "«reader.example.org»"),
    "en": ("An e-mail address has an @ in it", "“reader.example.org”"),
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_address_without_at_is_told_at_its_field_and_kept(client: Client, language: str) -> None:
    answer = ask(client, language, address="reader.example.org", note="ауылым үшін")
    assert answer.status_code == 400
    html = answer.content.decode()
    said, shown = SENTENCES[language]
    errors = answer.context["form"].errors["address"]
    assert len(errors) == 1
    assert said in errors[0]
    assert shown in errors[0]
    assert '<a href="#id_address">' in html
    assert 'id="id_address-error"' in html
    assert 'value="reader.example.org"' in html
    assert 'value="ауылым үшін"' in html
    assert re.search(r'value="daily"\s+checked', html)
    assert not Subscriber.objects.exists()
    if language != "en":
        assert "An e-mail address" not in html


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    "address",
    [
        "a@b",
        "a b@example.org",
        "a@example.org\r\nBcc: x@example.org",
        "a@ex..org",
        "ә" * 250 + "@x.kz",
    ],
)
def test_what_is_no_address_is_refused_and_kept(
    client: Client, address: str, language: str
) -> None:
    answer = ask(client, language, address=address)
    assert answer.status_code == 400
    assert answer.context["form"].errors["address"]
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_choice_that_is_none_is_told_at_its_field(client: Client, language: str) -> None:
    answer = ask(client, language, about="topic:nothing-of-the-kind")
    assert answer.status_code == 400
    assert '<a href="#id_about">' in answer.content.decode()
    assert 'value="reader@example.org"' in answer.content.decode()


def test_known_and_unknown_addresses_get_the_same_answer(client: Client) -> None:
    make.subscriber("known@example.org")
    known = ask(client, address="known@example.org")
    unknown = ask(client, address="unknown@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known.content == unknown.content


def test_the_answer_comes_on_a_step_of_time_for_every_address(
    client: Client, settings: Settings
) -> None:
    settings.NEUTRAL_ANSWER_SECONDS = 0.1
    make.subscriber("known@example.org")
    suppress_address(address="stopped@example.org", reason="bounced")
    addresses = ["new@example.org", "new@example.org", "known@example.org", "stopped@example.org"]
    for address in addresses:
        began = time.monotonic()
        assert ask(client, address=address).status_code == 302
        assert time.monotonic() - began >= 0.1
    with translation.override("kk"):
        page = reverse("subscriptions_fresh_link")
    began = time.monotonic()
    assert client.post(page, {"address": "nobody@example.org"}).status_code == 302
    assert time.monotonic() - began >= 0.1


def test_a_double_click_makes_one_row_and_one_mail(client: Client) -> None:
    for _ in range(3):
        assert ask(client).status_code == 302
    assert Subscription.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


def test_an_address_gets_one_confirmation_an_hour(client: Client, time_machine: Any) -> None:
    make.topic("land")
    ask(client)
    ask(client, about="topic:land", address="Reader@EXAMPLE.org")
    assert OutgoingMail.objects.count() == 1
    time_machine.move_to(clock.now() + dt.timedelta(minutes=61))
    ask(client, about="topic:land")
    assert OutgoingMail.objects.count() == 2
    assert Subscription.objects.waiting().count() == 2


def test_one_network_cannot_ask_without_end(client: Client) -> None:
    answers = [ask(client, address=f"a{number}@example.org").status_code for number in range(21)]
    assert answers == [302] * 20 + [429]


def test_a_program_that_fills_the_hidden_field_gets_the_answer_and_no_mail(client: Client) -> None:
    assert ask(client, website="http://spam.example").status_code == 302
    assert not Subscriber.objects.exists()


def test_a_form_on_another_site_is_refused(client: Client) -> None:
    answer = client.post(FORM["kk"], ASKED, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert 'value="reader@example.org"' in answer.content.decode()
    assert not Subscriber.objects.exists()
    ours = client.post(FORM["kk"], ASKED, headers={"origin": "http://testserver"})
    assert ours.status_code == 302


def test_a_search_is_kept_through_the_form(client: Client) -> None:
    page = client.get(f"{FORM['kk']}?q=бюджет&utm_source=x")
    assert page.context["form"]["about"].value() == "search"
    query = page.context["form"]["query"].value()
    ask(client, about="search", query=query)
    assert query_of("search", "page=2") == EVERYTHING
    assert Subscription.objects.get().query.query["text"] == "бюджет"
    assert client.get(f"{FORM['kk']}?utm_source=x").context["form"]["about"].value() == "all"


def test_a_stranger_cannot_add_to_a_reader_without_their_click(client: Client) -> None:
    make.subscriber("reader@example.org")
    topic = make.topic("land")
    ask(client, about=f"topic:{topic.slug}")
    assert Subscription.objects.active().count() == 1
    assert Subscription.objects.waiting().count() == 1


def test_fetching_every_link_of_every_mail_changes_nothing(client: Client, operator: Any) -> None:
    ask(client)
    make.subscriber("other@example.org")
    make.decision()
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()
    before = everything_stored()
    fetched = 0
    for mail in OutgoingMail.objects.all():
        for link in set(re.findall(r"http://localhost:8000(/\S*)", text_of(mail))):
            for method in (client.get, client.head):
                assert method(link).status_code in {200, 302, 404}, link
                fetched += 1
    assert fetched >= 8
    assert everything_stored() == before


def test_the_mail_program_ends_the_subscription_by_one_post(operator: Any) -> None:
    reader = make.subscriber()
    make.decision()
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()
    mail = OutgoingMail.objects.get(template="digest")
    message: Any = email.message_from_bytes(bytes(mail.raw or b""), policy=email.policy.default)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<daily.digest.localhost>"
    address = message["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(
        address,
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        headers={"origin": "https://mail.example"},
    )
    assert answer.status_code == 200
    assert not answer.cookies
    assert not reader.subscriptions.active().exists()
    mail.refresh_from_db()
    assert mail.state == "suppressed"


def manage(reader: Subscriber) -> str:
    from monitoring.digests.links import manage_link

    return manage_link(reader).removeprefix("http://localhost:8000")


def test_the_manage_page_changes_everything(client: Client) -> None:
    reader = make.subscriber()
    row = make.subscription(reader)
    address = manage(reader)
    page = client.get(address)
    assert page.status_code == 200
    assert not page.cookies
    assert 'content="noindex"' in page.content.decode()
    act = {"action": "frequency", "subscription": str(row.pk), "frequency": "weekly"}
    assert client.post(address, act).status_code == 200
    row.refresh_from_db()
    assert row.frequency == "weekly"
    client.post(address, {"action": "language", "language": "ru"})
    reader.refresh_from_db()
    assert reader.language == "ru"
    client.post(address, {"action": "remove", "subscription": str(row.pk)})
    assert not reader.subscriptions.active().exists()


def test_a_reader_changes_nobody_elses_subscription(client: Client) -> None:
    mine, other = make.subscriber("a@example.org"), make.subscriber("b@example.org")
    row = make.subscription(other)
    client.post(manage(mine), {"action": "remove", "subscription": str(row.pk)})
    row.refresh_from_db()
    assert row.ended_at is None


def test_an_erased_address_is_found_in_no_row(client: Client, operator: Any) -> None:
    reader = make.subscriber("canary@example.org")
    make.decision()
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()
    address = manage(reader)
    assert client.post(address, {"action": "erase"}).status_code == 200
    assert "canary" not in everything_stored()
    assert Suppression.objects.get().digest == digest("canary@example.org")
    assert set(Consent.objects.values_list("event", flat=True)) >= {"asked", "erased"}
    assert client.get(address).status_code == 404
    # Whoever was forgotten may come back.
    make.subscriber("canary@example.org")
    assert not Suppression.objects.exists()


def test_unconfirmed_addresses_go_after_a_week(client: Client, time_machine: Any) -> None:
    ask(client)
    (link,) = links_of(OutgoingMail.objects.get())
    time_machine.move_to(clock.now() + dt.timedelta(days=6))
    assert services.forget_unconfirmed() == 0
    assert client.get(link).status_code == 200
    time_machine.move_to(clock.now() + dt.timedelta(days=1, minutes=1))
    assert client.get(link).status_code == 404
    assert services.forget_unconfirmed() == 1
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_forged_link_gets_a_page_in_the_readers_language(client: Client, language: str) -> None:
    reader = make.subscriber(language=language)
    forged = manage(reader)[:-4] + "xyz/"
    for method in (client.get, client.post):
        answer = method(forged)
        assert answer.status_code == 404
        assert f'<html lang="{language}">' in answer.content.decode()
    assert reader.subscriptions.active().exists()


def test_a_confirm_link_does_not_open_the_manage_page(client: Client) -> None:
    ask(client)
    (link,) = links_of(OutgoingMail.objects.get())
    token = link.rstrip("/").rpartition("/")[2]
    with translation.override("kk"):
        assert client.get(f"/kk/zhazylymdar/t/{token}/").status_code == 404


def test_no_log_line_names_an_address(
    client: Client, operator: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    ask(client)
    make.subscriber("other@example.org")
    make.decision()
    runs.close_window_now(frequency="daily", by=operator)
    runs.run_digests()
    assert caplog.records
    assert not [r for r in caplog.records if "@example.org" in json.dumps(r.getMessage())]
