"""Reports of mail systems: read, believed only about mails of ours, followed once."""

from __future__ import annotations

import hashlib
import io
import mailbox
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from monitoring.core import clock
from monitoring.digests.models import Consent, Subscription
from monitoring.digests.services import end_subscriptions
from monitoring.mailing import bounces, delivery, reports, sending, services
from monitoring.mailing.addresses import digest
from monitoring.mailing.models import OutgoingMail, Report, Suppression
from tests.factories.digests import subscriber
from tests.factories.mailing import queued
from tests.mailing.conftest import Sink

State = OutgoingMail.State
READER = "reader@example.org"


def dsn(
    mail: OutgoingMail,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    to: str = "noreply@localhost",
    about: str = READER,
    whole: bool = True,
) -> bytes:
    """A report as Postfix writes it (RFC 3464), whole or with headers alone as Exim and others."""
    head = f"Message-ID: {mail.message_id}\r\nTo: {about}\r\nSubject: digest\r\n"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\n"
        f"To: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry.\r\n\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\nX-Postfix-Queue-ID: 4F1\r\n"
        "Arrival-Date: Sat, 21 Nov 2026 08:00:01 +0500 (+05)\r\n\r\n"
        f"Final-Recipient: rfc822; {about}\r\nOriginal-Recipient: rfc822;{about}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nRemote-MTA: dns; mx.example.org\r\n"
        f"Diagnostic-Code: smtp; 550 {status} <{about}>: Recipient address\r\n    rejected\r\n\r\n"
        f"--B\r\nContent-Type: {kind}\r\n\r\n{head}\r\n{'body' if whole else ''}\r\n--B--\r\n"
    ).encode()


def arf(mail: OutgoingMail, *, about: str = READER, feedback: str = "abuse") -> bytes:
    """A complaint (RFC 5965), as a mailbox provider's loop writes it."""
    return (
        "From: <fbl@provider.example>\r\nTo: <noreply@localhost>\r\nSubject: FW: digest\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="C"\r\n\r\n'
        "--C\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n\r\n"
        "--C\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {feedback}\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: <{about}>\r\nReported-Domain: localhost\r\n\r\n"
        "--C\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {mail.message_id}\r\nTo: redacted\r\nSubject: digest\r\n\r\nbody\r\n--C--\r\n"
    ).encode()


@pytest.fixture
def sent(db: None, mail_folder: Path) -> OutgoingMail:
    row = queued("sent", to=READER, bulk=True)
    sending.send_due()
    row.refresh_from_db()
    return row


def refused() -> str | None:
    row = Suppression.objects.filter(digest=digest(READER)).first()
    return row.reason if row else None


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "headers"])
def test_a_hard_bounce_ends_the_address_and_is_counted_once(
    sent: OutgoingMail, whole: bool
) -> None:
    reader = subscriber(READER)
    waits = queued("waits", to=READER, bulk=True)
    raw = dsn(sent, whole=whole)
    assert bounces.read_report(raw=raw) == "hard"
    assert bounces.read_report(raw=raw) == "known"
    waits.refresh_from_db()
    assert (waits.state, waits.cause, waits.raw) == (State.SUPPRESSED, "bounced", None)
    assert refused() == "bounced"
    assert not Subscription.objects.filter(subscriber=reader, ended_at=None).exists()
    assert Consent.objects.filter(event="ended").get().detail["how"] == "bounced"
    report = Report.objects.get()
    assert (report.mail_id, report.detail) == (
        sent.pk,
        "smtp; 550 5.1.1 … Recipient address rejected",
    )


def test_a_soft_bounce_puts_off_longer_each_time_and_stops_in_the_end(sent: OutgoingMail) -> None:
    for times, days in enumerate((1, 2, 4, 7), start=1):
        raw = dsn(sent, status="4.2.2") + b"%d" % times
        assert bounces.read_report(raw=raw) == "soft"
        row = Suppression.objects.get()
        assert row.until is not None
        assert (row.times, (row.until - clock.now()).days) in {(times, days), (times, days - 1)}
    mail = queued("later", to=READER)
    assert sending.send_due() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.cause, mail.attempts) == (State.PENDING, "soft", 0)
    assert bounces.read_report(raw=dsn(sent, status="4.2.2") + b"last") == "soft"
    assert refused() == "bounced"


def test_a_complaint_ends_everything_and_survives_erasure(sent: OutgoingMail) -> None:
    reader = subscriber(READER)
    assert bounces.read_report(raw=arf(sent)) == "complaint"
    assert not Subscription.objects.filter(subscriber=reader, ended_at=None).exists()
    services.erase_address(address=READER)
    assert refused() == "complaint"
    assert not OutgoingMail.objects.exclude(recipient="").exists()
    queued("confirm", to=READER.upper())
    assert sending.send_due() == 0
    assert services.lift_suppression(address=READER) == 1
    queued("again", to=READER)
    assert sending.send_due() == 1


@pytest.mark.parametrize(
    ("status", "action"),
    [("4.4.7", "delayed"), ("2.0.0", "delivered"), ("5.7.1", "failed")],
    ids=["delayed", "delivered", "policy"],
)
def test_what_is_not_about_the_address_changes_nothing(
    sent: OutgoingMail, status: str, action: str
) -> None:
    assert bounces.read_report(raw=dsn(sent, status=status, action=action)) == "other"
    assert refused() is None


def test_a_forged_report_is_not_believed(sent: OutgoingMail, settings: Any) -> None:
    stranger = OutgoingMail(pk=99, message_id="<guessed@localhost>")
    victim = queued("never tried", to="victim@example.org")
    settings.MAIL_BOUNCES = "bounces@example.org"
    for raw in (
        dsn(stranger),  # no mail of ours
        dsn(sent, about="victim@example.org"),  # ours, but it went to somebody else
        dsn(victim, about="victim@example.org"),  # it never left
        dsn(stranger, to=f"bounces+{sent.pk}-{'0' * 20}@example.org"),  # a mark that is not ours
        arf(sent, about="victim@example.org"),
    ):
        assert bounces.read_report(raw=raw) == "other"
    assert not Suppression.objects.exists()


def test_a_report_to_the_mark_needs_nothing_else(sink: Sink, db: None, settings: Any) -> None:
    settings.MAIL_BOUNCES = "bounces@example.org"
    row = queued(to=READER)
    assert sending.send_due() == 1
    (sender,) = sink.senders
    assert sender == delivery.sender_of("x", row.pk)
    nameless = OutgoingMail(message_id="<lost@mx.example.org>")
    assert bounces.read_report(raw=dsn(nameless, to=f"<{sender}>", about="hidden")) == "hard"
    assert refused() == "bounced"


def test_the_command_reads_a_maildir_an_mbox_a_folder_and_a_pipe(
    sent: OutgoingMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(dsn(sent, status="4.2.2"))
    box = mailbox.mbox(tmp_path / "box")
    note = EmailMessage()
    note["Subject"] = "Out of office"
    note.set_content("I am away")
    box.add(note)
    box.add(arf(sent).replace(b"\r\n", b"\n"))
    box.close()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "1.eml").write_bytes(dsn(sent))
    answers = []
    for place in ("maildir", "maildir", "box", "folder"):
        out = io.StringIO()
        call_command("read_bounces", str(tmp_path / place), stdout=out)
        answers.append(out.getvalue().strip())
    assert answers == ["soft 1", "known 1", "complaint 1, other 1", "hard 1"]
    out = io.StringIO()
    pipe = io.TextIOWrapper(io.BytesIO(dsn(sent, status="4.3.1")))
    monkeypatch.setattr("sys.stdin", pipe)
    call_command("read_bounces", "-", stdout=out)
    assert out.getvalue() == "soft 1\n"
    with pytest.raises(CommandError):
        call_command("read_bounces", str(tmp_path / "nothing"))
    assert refused() == "complaint"


@given(st.binary(max_size=400), st.sampled_from(["report", "delivery-status", "feedback-report"]))
def test_anything_can_be_read(noise: bytes, kind: str) -> None:
    head = b"Content-Type: multipart/report; boundary=B\r\n\r\n--B\r\nContent-Type: message/"
    raw = head + kind.encode() + b"\r\n\r\n" + noise + b"\r\n--B--\r\n"
    assert reports.read(raw).kind in {"hard", "soft", "complaint", "other"}
    assert reports.read(noise).kind in {"hard", "soft", "complaint", "other"}


def test_who_knows_how_a_mail_is_named_here_cannot_tell_its_message_id(sent: OutgoingMail) -> None:
    """The program is public: a Message-ID made of what can be guessed would forge a report."""
    name = hashlib.sha256(sent.key.encode()).hexdigest()[:32]
    guessed = OutgoingMail(message_id=f"<{name}@{sent.message_id.partition('@')[2]}")
    assert bounces.read_report(raw=dsn(guessed)) == "other"
    assert refused() is None


HOSTILE = {
    "nothing": b"",
    "null": b"\x00",
    "Windows-1251": "ящик переполнен".encode("cp1251"),
    "no UTF-8": b"\xff\xfe\xed\xa0\x80",
    "controls": b"\x1b[2J\x07",
}


@pytest.mark.parametrize("noise", HOSTILE.values(), ids=HOSTILE)
def test_letters_that_no_database_takes_stop_no_report(
    sent: OutgoingMail, noise: bytes, tmp_path: Path
) -> None:
    raw = dsn(sent, status="5.2.2")
    for place in (b"rejected", b"X-Postfix-Queue-ID: 4F1", b"Subject: digest"):
        raw = raw.replace(place, place + noise)
    (tmp_path / "1.eml").write_bytes(raw.replace(b"Message-ID: <", b"Message-ID: <" + noise))
    (tmp_path / "2.eml").write_bytes(
        raw.replace(b"rfc822; reader", b"rfc822; " + noise + b"reader")
    )
    (tmp_path / "3.eml").write_bytes(noise * 50 + raw)
    (tmp_path / "4.eml").write_bytes(dsn(sent))
    out = io.StringIO()
    call_command("read_bounces", str(tmp_path), stdout=out)
    assert out.getvalue().startswith("hard 1")
    assert refused() == "bounced"


@pytest.mark.parametrize("action", ["relayed", "expanded", "", "FAILED ", "invented"])
def test_an_action_that_is_not_failure_ends_nobody(sent: OutgoingMail, action: str) -> None:
    raw = dsn(sent, action=action)
    assert bounces.read_report(raw=raw) == ("hard" if action == "FAILED " else "other")


def test_a_report_of_many_recipients_is_about_ours_alone(sent: OutgoingMail) -> None:
    """A list on the other side passed the mail on: that one of its readers is gone is theirs."""
    raw = dsn(sent).replace(
        b"Final-Recipient: rfc822; reader@example.org\r\nOriginal-Recipient: rfc822;"
        b"reader@example.org\r\nAction: failed",
        b"Final-Recipient: rfc822; reader@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
        b"Final-Recipient: rfc822; other@example.org\r\nAction: failed",
    )
    assert bounces.read_report(raw=raw) == "other"
    assert refused() is None


def test_a_mail_that_failed_is_not_tried_again_for_who_has_left(sent: OutgoingMail) -> None:
    reader = subscriber(READER)
    row = queued("failed", to=READER, bulk=True, group=reader.group)
    OutgoingMail.objects.filter(pk=row.pk).update(state=State.FAILED)
    end_subscriptions(subscriber=reader, how="test")
    assert not services.retry_mail(mail=row)
    assert sending.send_due() == 0
