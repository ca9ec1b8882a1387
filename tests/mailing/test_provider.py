"""Mail through a provider: a real HTTP server on loopback takes it, refuses it, breaks off."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from coalition.settings.env import delivery as read_delivery
from monitoring.digests.models import Subscription
from monitoring.mailing import sending
from monitoring.mailing.addresses import digest
from monitoring.mailing.delivery import mark_of
from monitoring.mailing.models import OutgoingMail, Report, Suppression
from tests.factories.digests import subscriber
from tests.factories.mailing import queued

State, Cause = OutgoingMail.State, OutgoingMail.Cause
READER = "reader@example.org"
SECRET = "provider:a long word"
REPORTS = "/mail/reports/"


class Provider:
    """Answers as Postmark's interface does; `answer` is the status and body, None breaks off."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, Any]] | None = (
            200, {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc", "To": READER},
        )  # fmt: skip
        self.taken: list[dict[str, Any]] = []


@pytest.fixture
def provider(db: None, settings: Any, tmp_path: Any) -> Iterator[Provider]:
    office = Provider()

    class Counter(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            office.taken.append(json.loads(body))
            if office.answer is None:
                self.connection.close()
                return
            said = json.dumps(office.answer[1]).encode()
            self.send_response(office.answer[0])
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.VAR_DIR = tmp_path
    settings.MAIL_DELIVERY = read_delivery("provider://postmark")
    settings.MAIL_ALLOWED_RECIPIENTS = None
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "token",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
        "WEBHOOK_SECRET": SECRET,
        "REQUESTS_TIMEOUT": 2,
        "IGNORE_UNSUPPORTED_FEATURES": True,
    }
    yield office
    server.shutdown()
    server.server_close()


def left(**options: Any) -> OutgoingMail:
    row = queued(to=READER, bulk=True, **options)
    sending.send_due()
    row.refresh_from_db()
    return row


def told(client: Client, *events: dict[str, Any], secret: str = SECRET) -> list[int]:
    word = base64.b64encode(secret.encode()).decode()
    return [
        client.post(
            REPORTS,
            json.dumps(event),
            content_type="application/json",
            headers={"Authorization": f"Basic {word}"},
        ).status_code
        for event in events
    ]


def bounce(mail: OutgoingMail, **more: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 42,
        "MessageID": "b7bc",
        "Email": READER,
        "BouncedAt": "2026-11-21T03:00:00Z",
        "Details": f"smtp;550 5.1.1 <{READER}> does not exist",
        "Metadata": {"mail": f"{mail.pk}-{mark_of(mail.pk)}"},
        **more,
    }


def test_the_provider_gets_both_parts_our_headers_our_mark_and_no_tracking(
    provider: Provider, settings: Any
) -> None:
    settings.MAIL_DKIM = {"key": "never read", "selector": "s", "domain": "example.org"}
    mail = left(headers={"List-Unsubscribe": "<https://example.org/x>"})
    assert (mail.state, mail.cause) == (State.SENT, "")
    got = provider.taken[0]
    headers = {one["Name"]: one["Value"] for one in got["Headers"]}
    assert headers["Message-ID"] == mail.message_id
    assert headers["List-Unsubscribe"] == "<https://example.org/x>"
    assert not {"Dkim-Signature", "DKIM-Signature", "Content-Type", "Subject"} & headers.keys()
    assert "/khat-alu/t/abc/" in got["TextBody"]
    assert "<html" in got["HtmlBody"]
    assert got["To"] == READER
    assert got["Metadata"] == {"mail": f"{mail.pk}-{mark_of(mail.pk)}"}
    assert (got["TrackOpens"], got["TrackLinks"]) == (False, "None")


@pytest.mark.parametrize(
    ("answer", "state", "cause"),
    [
        ((500, {"Message": "oops"}), State.PENDING, Cause.LATER),
        ((429, {"Message": "slow down"}), State.PENDING, Cause.LATER),
        ((401, {"Message": "bad token"}), State.PENDING, Cause.LOGIN),
        ((413, {"Message": "too large"}), State.FAILED, Cause.REFUSED),
        ((200, {"Message": "no code, no id"}), State.PENDING, Cause.UNSURE),
        (None, State.PENDING, Cause.UNSURE),
        (
            (422, {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{READER}'."}),
            State.FAILED,
            Cause.NOBODY,
        ),
    ],
)
def test_each_answer_is_about_the_mail_about_us_or_about_the_provider(
    provider: Provider, answer: Any, state: str, cause: str
) -> None:
    provider.answer = answer
    mail = left()
    assert (mail.state, mail.cause) == (state, cause), mail.reason
    assert READER not in mail.reason
    assert len(provider.taken) == 1


def test_a_provider_that_is_not_there_puts_no_try_on_the_mail(
    provider: Provider, settings: Any
) -> None:
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": "http://127.0.0.1:1/"}
    mail = left()
    assert (mail.state, mail.cause, mail.attempts) == (State.PENDING, Cause.AWAY, 0)


def test_a_hard_bounce_ends_the_address_once_however_often_it_is_told(
    provider: Provider, client: Client
) -> None:
    reader = subscriber(address=READER)
    mail = left()
    assert told(client, bounce(mail), bounce(mail)) == [200, 200]
    report = Report.objects.get()
    assert (report.kind, report.mail_id) == (Report.Kind.HARD, mail.pk)
    assert READER not in report.detail
    assert Suppression.objects.get().reason == Suppression.Reason.BOUNCED
    assert not Subscription.objects.active().filter(subscriber_id=reader.pk).exists()


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "complaint"),
        ({"Type": "SoftBounce", "Details": "smtp;452 4.2.2 mailbox full"}, "soft"),
        ({"Type": "Transient"}, None),
        ({"Details": "smtp;550 5.7.1 blocked by policy"}, None),
        ({"RecordType": "Open"}, None),
        ({"RecordType": "Delivery"}, None),
        ({"Metadata": {}}, "bounced"),  # a provider without metadata: the address it names
        ({"Metadata": {}, "Email": "stranger@example.org"}, None),
    ],
)
def test_what_follows_from_a_report(
    provider: Provider, client: Client, event: dict[str, Any], reason: str | None
) -> None:
    mail = left()
    assert told(client, bounce(mail, **event)) == [200]
    row = Suppression.objects.filter(digest=digest(READER)).first()
    assert (row.reason if row else None) == reason


def test_a_report_that_nobody_vouches_for_changes_nothing(
    provider: Provider, client: Client, settings: Any
) -> None:
    mail = left()
    forged = bounce(mail, Metadata={"mail": f"{mail.pk}-{'0' * 20}"})
    assert told(client, bounce(mail), secret="provider:guessed") == [400]
    assert told(client, forged) == [200]
    assert client.post(REPORTS, "{", content_type="application/json").status_code == 400
    word = base64.b64encode(SECRET.encode()).decode()
    for body in ("{", "[]", "null", '{"RecordType": 7, "Type": []}', "\x00"):
        answer = client.post(
            REPORTS,
            body,
            content_type="application/json",
            headers={"Authorization": f"Basic {word}"},
        )
        assert answer.status_code in {200, 400}, body
    assert not Suppression.objects.exists()
    settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": ""}
    assert told(client, bounce(mail)) == [403]
    settings.MAIL_DELIVERY = read_delivery("smtp://localhost")
    assert told(client, bounce(mail)) == [403]


def test_a_name_that_no_provider_has_is_found_before_the_first_mail(settings: Any) -> None:
    settings.MAIL_DELIVERY = read_delivery("provider://pigeon")
    assert "mailing.E003" in {one.id for one in run_checks()}
    with pytest.raises(ImproperlyConfigured, match="provider://NAME"):
        read_delivery("provider://../etc")
