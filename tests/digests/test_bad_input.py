"""Wrong addresses, links and wishes: status, sentence, field and kept text in three languages."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from monitoring.core import clock
from monitoring.digests import services, wishes
from monitoring.digests.links import manage_link
from monitoring.digests.models import Consent, Subscriber, Subscription
from monitoring.digests.queries import EVERYTHING, of_decision
from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.sending import send_due
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
    ],
    ids=["letters-before-the-at", "302-characters", "label-of-70", "second-header", "hyphen"],
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
