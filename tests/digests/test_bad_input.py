"""Wrong addresses, links and wishes: status, sentence, field and kept text in three languages."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from monitoring.core import clock
from monitoring.digests import services, wishes
from monitoring.digests.links import manage_link
from monitoring.digests.models import Consent, Subscriber, Subscription
from monitoring.digests.queries import EVERYTHING, form_parameters, of_decision, query_of
from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.sending import send_due
from monitoring.search.query import Query
from tests.digests.test_runs import close
from tests.digests.test_subscribing import FORM, ask, links_of
from tests.factories import digests as make

pytestmark = pytest.mark.django_db

SENTENCES = {
    "smtputf8": ("Латын әріпті", "латинскими буквами", "in Latin letters"),
    "long": ("ең көбі 254", "254", "at most 254"),
    "none": ("мекенжайы емес", "не адрес", "is not an e-mail address"),
}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("айгүл@example.org", "smtputf8"),
        ("a" * 290 + "@example.org", "long"),
        ("a@" + "б" * 70 + ".kz", "none"),
        ("a@example.org\r\nBcc: victim@example.org", "none"),
        ("a@-example.org", "none"),
        ("Айгүл <a@example.org>", "none"),
        ("a b@example.org", "none"),
        ("a@example.org, b@example.org", "none"),
        ("a@b@example.org", "none"),
    ],
    ids=[
        *("letters-before-the-at", "302-characters", "label-of-70", "second-header", "hyphen"),
        *("display-name", "space", "two-addresses", "two-ats"),
    ],
)
def test_a_wrong_address_is_told_at_its_field(client: Client, typed: str, sentence: str) -> None:
    for number, language in enumerate(("kk", "ru", "en")):
        answer = ask(client, language, address=typed, note="ауылым үшін")
        assert answer.status_code == 400
        (said,) = answer.context["form"].errors["address"]
        assert SENTENCES[sentence][number] in said
        html = answer.content.decode()
        assert 'value="ауылым үшін"' in html
        assert 'id="id_address-error"' in html
    assert not Subscriber.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_domain_in_kazakh_letters_is_one_address_however_it_is_typed(client: Client) -> None:
    for typed in ("a@пошта.қаз", " a@ПОШТА.ҚАЗ ", "a@xn--80a1acn3a.xn--80ao21a"):
        assert ask(client, address=typed).status_code == 302
    assert Subscriber.objects.get().address == "a@xn--80a1acn3a.xn--80ao21a"
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_nul_in_any_field_is_an_answer_at_its_field_and_no_error_of_ours(
    client: Client, language: str
) -> None:
    for name in ("address", "note", "about", "query"):
        answer = ask(client, language, **{name: "a\x00@example.org", "frequency": "weekly"})
        assert answer.status_code == 400, name
        assert name in answer.context["form"].errors
    assert not Subscriber.objects.exists()


def test_capitals_are_one_reader_and_a_plus_is_another(client: Client) -> None:
    """Servers that tell capitals apart are unknown today; what follows a plus is theirs to read."""
    for typed in ("Reader@Example.org", "reader@example.org", "READER@EXAMPLE.ORG"):
        assert ask(client, address=typed).status_code == 302
    assert Subscriber.objects.get().address == "Reader@example.org"  # as its owner wrote it first
    assert OutgoingMail.objects.count() == 1
    assert ask(client, address="reader+law@example.org").status_code == 302
    assert ask(client, address='"reader law"@example.org').status_code in {302, 400}
    assert OutgoingMail.objects.filter(recipient="reader+law@example.org").count() == 1


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_broken_link_says_what_to_do_and_offers_a_fresh_one(
    client: Client, language: str
) -> None:
    reader = make.subscriber(language=language)
    other = make.subscriber("other@example.org", language=language)
    good = manage_link(reader).removeprefix("http://localhost:8000")
    gone = manage_link(other).removeprefix("http://localhost:8000")
    services.erase_subscriber(subscriber=other)
    for broken in (f"{good[:-4]}/", good.replace("/t/", "/t/x"), gone):
        for answer in (client.get(broken), client.post(broken, {"action": "leave"})):
            assert answer.status_code == 404
            html = answer.content.decode()
            assert 'name="address"' in html
            assert f'<html lang="{language}"' in html
            assert "reader@example.org" not in html
    assert reader.subscriptions.active().exists()


def test_a_private_page_gives_its_address_to_nobody(client: Client) -> None:
    link = manage_link(make.subscriber()).removeprefix("http://localhost:8000")
    for answer in (client.get(link), client.post(link, {"action": "reader"})):
        assert answer["Referrer-Policy"] in {"no-referrer", "same-origin"}
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer.content.decode() + answer.get("X-Robots-Tag", "")


def test_the_form_about_a_query_is_found_again_from_its_parameters() -> None:
    search = Query.from_params(QueryDict("q=жер&topic=land"))
    for query in (EVERYTHING, of_decision(7), make.about_topic("land"), search):
        params = QueryDict(form_parameters(query))
        about = params.get("about", "search")
        assert query_of(about, params.urlencode()) == query


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_note_too_long_and_no_kind_of_change_are_told_and_kept(
    client: Client, language: str
) -> None:
    answer = ask(client, language, note="ә" * 201, kinds_shown="1")
    assert answer.status_code == 400
    errors = answer.context["form"].errors
    assert set(errors) == {"note", "kinds"}
    assert "201" in errors["note"][0]
    assert "ә" * 201 in answer.content.decode()
    assert 'value="reader@example.org"' in answer.content.decode()


def test_the_answer_is_the_same_for_known_and_unknown_addresses(client: Client) -> None:
    make.subscriber("known@example.org")
    gone = make.subscriber("gone@example.org")
    services.erase_subscriber(subscriber=gone)
    answers = []
    for address in ("known@example.org", "new@example.org", "gone@example.org"):
        answer = ask(client, address=address)
        page = client.get(answer["Location"])
        fresh = client.post("/kk/zhazylymdar/", {"address": address})
        answers.append(
            [one.content for one in (answer, page, fresh)]
            + [one.status_code for one in (answer, page, fresh)]
            + [answer["Location"], fresh["Location"]]
        )
    assert answers[0] == answers[1] == answers[2]


def test_a_fresh_link_goes_to_known_addresses_only_and_once_an_hour(client: Client) -> None:
    reader = make.subscriber("known@example.org")
    OutgoingMail.objects.all().delete()
    from monitoring.core.models import TokenBucket

    TokenBucket.objects.all().delete()
    for address in ("known@example.org", "known@example.org", "nobody@example.org"):
        assert client.post("/ru/podpiski/", {"address": address}).status_code == 302
    mail = OutgoingMail.objects.get()
    assert mail.recipient == reader.address
    (link,) = links_of(mail)
    assert client.get(link).status_code == 200


def test_links_expire_and_can_be_renewed_but_leaving_always_works(
    client: Client, operator: Any, time_machine: Any
) -> None:
    reader = make.subscriber()
    make.decision()
    close(operator)
    mail = OutgoingMail.objects.get(template="digest")
    found = set(links_of(mail))
    manage = next(one for one in found if "/x/t/" not in one)
    leave = next(one for one in found if "/x/t/" in one)
    assert client.get(manage).status_code == 200
    fresh = client.post(manage, {"action": "renew"})
    assert fresh.status_code == 200
    assert client.get(manage).status_code == 404
    newest = fresh.context["manage_link"].removeprefix("http://localhost:8000")
    assert client.get(newest).status_code == 200
    assert "/zhazylymdar/t/" not in client.get(leave).content.decode()  # leaving opens nothing else
    time_machine.move_to(clock.now() + dt.timedelta(days=91))
    assert client.get(newest).status_code == 404
    assert client.post(leave).status_code == 200
    assert not reader.subscriptions.active().exists()


def test_nobody_slips_a_request_into_somebody_elses_click(client: Client) -> None:
    ask(client)
    (link,) = links_of(OutgoingMail.objects.get())
    seen = client.get(link).context["waiting"]
    topic = make.topic("land")
    ask(client, about=f"topic:{topic.slug}")  # a stranger, after the page was opened
    client.post(link, {"shown": "1", "take": [str(one["pk"]) for one in seen]})
    assert Subscription.objects.active().count() == 1
    assert Subscription.objects.waiting().count() == 1


def test_the_manage_page_takes_wishes_and_tells_what_is_wrong(client: Client) -> None:
    reader = make.subscriber(language="ru")
    row = make.subscription(reader)
    address = manage_link(reader).removeprefix("http://localhost:8000")
    name = str(row.pk)
    good = {
        "action": "save",
        "subscription": name,
        f"{name}-frequency": "immediate",
        f"{name}-kinds": ["stage", "deadline"],
        f"{name}-remind": "7",
        f"{name}-language": "kk",
        f"{name}-muted_until": (clock.today() + dt.timedelta(days=9)).isoformat(),
        f"{name}-note": "ауылым үшін",
    }
    for wrong in ("кеше", "31.02.2027", "3027-01-01"):
        answer = client.post(address, {**good, f"{name}-muted_until": wrong})
        assert answer.status_code == 400
        assert wrong in answer.content.decode()
        assert "ауылым үшін" in answer.content.decode()
    assert client.post(address, good).status_code == 200
    row.refresh_from_db()
    assert (row.frequency, row.kinds, row.remind_days) == ("immediate", "stage,deadline", 7)
    assert (row.language, row.note) == ("kk", "ауылым үшін")
    assert row.muted_until == clock.today() + dt.timedelta(days=9)
    client.post(address, {"action": "pause", "until": ""})
    client.post(address, {"action": "reader", "quiet_month": "on"})
    decision = make.decision()
    client.post(
        address, {"action": "add", "about": f"decision:{decision.pk}", "frequency": "daily"}
    )
    reader.refresh_from_db()
    assert (reader.quiet_month, reader.letters) == (True, False)
    assert reader.subscriptions.active().filter(decision=decision).exists()
    row.refresh_from_db()
    assert row.muted_until is None
    data = json.loads(client.post(address, {"action": "export"}).content)
    assert data["address"] == "reader@example.org"
    assert len(data["subscriptions"]) == 2
    assert {one["event"] for one in data["consent"]} >= {"asked", "confirmed", "changed"}


def test_silence_keeps_what_changed_for_the_first_mail_after(
    operator: Any, time_machine: Any
) -> None:
    time_machine.move_to(make.at("2026-11-24 07:00"), tick=False)
    reader = make.subscriber()
    wishes.pause(subscriber=reader, until=dt.date(2026, 11, 27))
    make.decision("Үнсіз күнгі заң")
    from monitoring.digests.runs import run_digests

    told = OutgoingMail.objects.filter(template="digest")
    for moment, sent in (("24 09:00", 0), ("26 09:00", 0), ("27 09:00", 1), ("28 09:00", 1)):
        time_machine.move_to(make.at(f"2026-11-{moment}"), tick=False)
        run_digests()
        assert told.count() == sent, moment


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_page_says_how_much_to_expect_before_it_asks(client: Client, language: str) -> None:
    decision = make.decision()
    html = client.get(f"{FORM[language]}?about=decision:{decision.pk}").content.decode()
    with translation.override(language):
        about = html.index('class="notice"')
    assert about < html.index('id="id_address"')
    assert f'value="decision:{decision.pk}"' in html
    wrong = ask(client, language, about="decision:999999")
    assert wrong.status_code == 400


def test_an_erased_address_is_in_no_table_and_no_file(
    client: Client,
    operator: Any,
    settings: Any,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """The whole database as text, and every file that a run leaves, after the mails have left."""
    settings.VAR_DIR = tmp_path
    settings.MAIL_DELIVERY = {"kind": "file", "directory": str(tmp_path / "mail")}
    reader = make.subscriber("canary-7q@example.org", of_decision(make.decision().pk), EVERYTHING)
    close(operator)
    send_due()
    assert "canary-7q" in whole_database()
    assert naming(tmp_path)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(manage_link(reader).removeprefix("http://localhost:8000"), {"action": "erase"})
    assert "canary-7q" not in whole_database()
    assert naming(tmp_path) == []
    assert Consent.objects.filter(event="erased").exists()


def naming(folder: Path) -> list[str]:
    """The files under a folder that name the address."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if b"canary-7q" in path.read_bytes()]


def whole_database() -> str:
    """Every value of every table."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                said += [
                    bytes(one).decode("utf-8", "replace")
                    if isinstance(one, bytes | memoryview)
                    else str(one)
                    for one in row
                ]
    return "\n".join(said)
