"""Every mail leaves once, says one Message-ID, and is lost by nobody."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import logging
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, send_mail
from django.db.models.functions import Now

from monitoring.core import clock
from monitoring.mailing import delivery, sending, services
from monitoring.mailing.addresses import digest, normalise
from monitoring.mailing.bounces import stop_address
from monitoring.mailing.models import ANEW, OutgoingMail, Suppression
from monitoring.mailing.packing import pack
from tests.factories.mailing import queued
from tests.mailing.conftest import Sink, smtp

pytestmark = pytest.mark.django_db
State = OutgoingMail.State


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml")) if folder.is_dir() else []


def make_due() -> None:
    OutgoingMail.objects.update(due_at=clock.now() - dt.timedelta(seconds=1))


def test_a_queued_mail_lands_in_one_file_and_is_marked_sent(mail_folder: Path) -> None:
    row = queued()
    assert sending.send_due() == 1
    (file,) = files(mail_folder)
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["Message-ID"] == row.message_id
    assert message["To"] == "reader@example.org"
    row.refresh_from_db()
    assert row.state == State.SENT
    assert row.sent_at is not None
    assert sending.send_due() == 0


def test_the_same_key_is_queued_once(mail_folder: Path) -> None:
    assert queued("one").pk == queued("one").pk
    sending.send_due()
    assert len(files(mail_folder)) == 1


def test_a_mail_sent_again_after_a_death_is_the_same_file_with_the_same_bytes(
    mail_folder: Path,
) -> None:
    row = queued()
    sending.send_due()
    before = files(mail_folder)[0].read_bytes()
    # What a death between sending and marking leaves behind, once the lease has run out.
    OutgoingMail.objects.update(
        state=State.LEASED, sent_at=None, leased_until=Now() - dt.timedelta(seconds=1)
    )
    assert sending.send_due() == 1
    (file,) = files(mail_folder)
    assert file.read_bytes() == before
    row.refresh_from_db()
    assert row.state == State.SENT


def test_a_mail_whose_lease_runs_is_nobody_elses() -> None:
    row = queued()
    assert OutgoingMail.objects.claim(row.pk, "first")
    assert not OutgoingMail.objects.claim(row.pk, "second")
    OutgoingMail.objects.update(leased_until=Now() - dt.timedelta(seconds=1))
    assert OutgoingMail.objects.claim(row.pk, "second")


def test_a_sender_with_a_clock_ahead_takes_no_mail_from_another(time_machine: Any) -> None:
    row = queued()
    assert OutgoingMail.objects.claim(row.pk, "first")
    time_machine.move_to(clock.now() + dt.timedelta(hours=3))
    assert not OutgoingMail.objects.claim(row.pk, "with a clock three hours ahead")


def test_a_cancelled_group_is_held_back(mail_folder: Path) -> None:
    queued("a", group="subscriber:1")
    other = queued("b", group="subscriber:11")
    assert services.cancel_group(group="subscriber:1", reason="left") == 1
    sending.send_due()
    assert [row.key for row in OutgoingMail.objects.filter(state=State.SENT)] == [other.key]
    assert len(files(mail_folder)) == 1


@pytest.mark.parametrize("doing", ["cancelled", "erased", "suppressed", "tried", "made anew"])
def test_what_happens_between_reading_and_claiming_a_mail_wins(
    mail_folder: Path, monkeypatch: pytest.MonkeyPatch, doing: str
) -> None:
    row = queued("a", group="g", bulk=True)
    real_read = sending._read

    def read_then(pks: list[int]) -> Any:
        found = real_read(pks)
        if doing == "cancelled":
            services.cancel_group(group="g", reason="left")
        elif doing == "erased":
            services.erase_address(address=row.recipient)
        elif doing == "suppressed":
            stop_address(digest=row.recipient_digest, reason="complaint")
        elif doing == "tried":
            later = clock.now() + dt.timedelta(minutes=1)
            OutgoingMail.objects.filter(pk=row.pk).update(put_off=1, due_at=later)
        else:
            services.hold_mails(keys=["a"], reason=ANEW)
            anew = services.Prepared(
                "a", row.recipient, "confirm", "kk", b"N: 1\r\n", pack(b"N: 1")
            )
            assert services.replace_mail(mail=anew)
        return found

    monkeypatch.setattr(sending, "_read", read_then)
    assert sending.send_due() == 0
    assert files(mail_folder) == []


def test_a_transient_body_is_deleted_on_sending(mail_folder: Path) -> None:
    row = queued(transient=True)
    sending.send_due()
    row.refresh_from_db()
    assert row.raw is None
    assert len(files(mail_folder)) == 1


def test_bodies_and_addresses_go_after_a_week(mail_folder: Path, time_machine: Any) -> None:
    row = queued()
    sending.send_due()
    assert services.forget_bodies() == 0
    time_machine.move_to(clock.now() + dt.timedelta(days=8))
    assert services.forget_bodies() == 1
    row.refresh_from_db()
    assert (row.raw, row.recipient) == (None, "")
    assert row.recipient_digest == digest("reader@example.org")


def test_an_erased_address_is_in_no_row_and_gets_no_bulk_mail(mail_folder: Path) -> None:
    queued("a")
    services.erase_address(address="Reader@example.org")
    sending.send_due()
    assert files(mail_folder) == []
    assert not OutgoingMail.objects.exclude(recipient="").exists()
    queued("bulk", bulk=True)
    queued("asked for")
    sending.send_due()
    assert OutgoingMail.objects.get(key="bulk").state == State.SUPPRESSED
    assert OutgoingMail.objects.get(key="asked for").state == State.SENT


def test_what_django_sends_goes_through_the_outbox_and_leaves_no_body(
    mail_folder: Path, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "monitoring.mailing.backend.OutboxBackend"  # the runner replaces it
    send_mail("Код", "Код: 123456", None, ["a@example.org", "b@example.org"])
    EmailMessage("Тақырып", "мәтін", to=["c@example.org"], bcc=["d@example.org"]).send()
    assert OutgoingMail.objects.filter(state=State.PENDING).count() == 4
    assert sending.send_due() == 4
    assert not OutgoingMail.objects.exclude(raw=None).exists()
    messages = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in files(mail_folder)
    ]
    assert len({message["Message-ID"] for message in messages}) == 4
    assert all(message["Auto-Submitted"] == "auto-generated" for message in messages)
    assert not any("d@example.org" in str(message) for message in messages)


# -- SMTP -----------------------------------------------------------------------


def test_smtp_gets_the_frozen_bytes(sink: Sink) -> None:
    row = queued()
    assert sending.send_due() == 1
    ((to, raw),) = sink.taken
    assert to == "reader@example.org"
    assert raw == bytes(row.raw or b"")


def test_a_temporary_refusal_waits_and_a_final_one_stops(sink: Sink) -> None:
    sink.answers = {
        "full@example.org": "452 mailbox full",
        "gone@example.org": "550 no such user gone@example.org",
    }
    for name in ("full", "gone", "good"):
        queued(name, to=f"{name}@example.org")
    assert sending.send_due() == 1
    full, gone = OutgoingMail.objects.get(key="full"), OutgoingMail.objects.get(key="gone")
    assert (full.state, full.put_off, full.cause) == (State.PENDING, 1, "later")
    assert full.due_at > clock.now() + dt.timedelta(seconds=50)
    assert gone.state == State.FAILED
    assert gone.reason == "550 no such user …"
    assert Suppression.objects.get(digest=digest("gone@example.org")).reason == "bounced"
    assert OutgoingMail.objects.get(key="good").state == State.SENT


def test_a_mail_that_is_put_off_again_and_again_is_given_up_after_four_days(
    sink: Sink, time_machine: Any
) -> None:
    sink.answers = {"full@example.org": "452 4.2.2 mailbox full"}
    queued("full", to="full@example.org")
    began, tries = clock.now(), 0
    while OutgoingMail.objects.get(key="full").state == State.PENDING:
        time_machine.move_to(OutgoingMail.objects.get(key="full").due_at)
        queued(f"good{tries}")
        assert sending.send_due() == 1
        tries += 1
    full = OutgoingMail.objects.get(key="full")
    assert (full.state, full.cause) == (State.FAILED, "overdue")
    assert full.reason == "452 4.2.2 mailbox full"
    assert 15 < tries < 40
    assert dt.timedelta(days=4) <= clock.now() - began < dt.timedelta(days=5)
    assert services.retry_mail(mail=full)
    sink.answers = {}
    assert sending.send_due() == 1


def test_a_mail_over_which_our_own_program_stumbles_is_parked_after_five_tries(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued("bad", to="bad@example.org")
    hand_over = delivery.SmtpDoor.send

    def stumble(door: delivery.SmtpDoor, envelope: delivery.Envelope) -> None:
        if envelope.recipient.startswith("bad"):
            raise RuntimeError("a fault of ours")
        hand_over(door, envelope)

    monkeypatch.setattr(delivery.SmtpDoor, "send", stumble)
    for number in range(6):
        queued(f"good{number}")
        make_due()
        assert sending.send_due() == 1
    bad = OutgoingMail.objects.get(key="bad")
    assert (bad.state, bad.attempts, bad.cause) == (State.FAILED, 5, "poison")


def test_a_mail_over_which_five_senders_died_is_parked(mail_folder: Path) -> None:
    row = queued()
    OutgoingMail.objects.update(attempts=5, state=State.LEASED, leased_until=clock.now())
    OutgoingMail.objects.update(leased_until=Now() - dt.timedelta(seconds=1))
    assert sending.send_due() == 0
    row.refresh_from_db()
    assert (row.state, row.cause) == (State.FAILED, "poison")


def test_a_server_that_is_away_costs_no_try(settings: Any) -> None:
    settings.MAIL_DELIVERY = smtp(1)
    settings.MAIL_ALLOWED_RECIPIENTS = None
    row = queued()
    for _ in range(9):
        make_due()
        assert sending.send_due() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.PENDING, 0)


def test_a_server_that_hangs_after_the_data_gets_the_same_bytes_again(sink: Sink) -> None:
    sink.hang = 3
    row = queued()
    assert sending.send_due() == 0
    sink.hang = 0
    make_due()
    assert sending.send_due() == 1
    assert len(sink.taken) == 2
    assert sink.taken[0] == sink.taken[1]
    assert row.message_id.encode() in sink.taken[0][1]


def test_outside_production_smtp_reaches_only_the_named(sink: Sink, settings: Any) -> None:
    settings.MAIL_ALLOWED_RECIPIENTS = ["me@example.org", "@team.example.org"]
    for address in ("me@example.org", "you@team.example.org", "reader@example.org"):
        queued(address, to=address)
    sending.send_due()
    assert {to for to, _raw in sink.taken} == {"me@example.org", "you@team.example.org"}
    assert OutgoingMail.objects.get(key="reader@example.org").state == State.SUPPRESSED


def test_an_empty_list_outside_production_lets_nothing_out() -> None:
    assert not delivery.may_receive({"kind": "smtp"}, "reader@example.org")
    assert delivery.may_receive({"kind": "file"}, "reader@example.org")


def test_no_log_line_names_an_address(sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="monitoring")
    sink.answers = {"gone@example.org": "550 gone@example.org unknown"}
    queued("gone", to="gone@example.org")
    queued("good")
    sending.send_due()
    ours = [record for record in caplog.records if record.name.startswith("monitoring")]
    assert ours
    assert not [record for record in ours if "@example.org" in record.getMessage()]


@pytest.mark.parametrize(
    "said",
    ["READER.two@Example.ORG unknown", "<reader.two@mx.inner>", "no mailbox reader.two here"],
)
def test_what_a_server_answers_is_kept_without_the_address(
    sink: Sink, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sink.answers = {"Reader.Two@example.org": f"554 5.6.0 {said}"}
    row = queued("said", to="Reader.Two@example.org")
    sending.send_due()
    row.refresh_from_db()
    assert (row.state, "reader.two" in row.reason.lower()) == (State.FAILED, False)
    ours = [one.getMessage().lower() for one in caplog.records if one.name.startswith("monitoring")]
    assert ours
    assert not [one for one in ours if "reader.two" in one]


# -- addresses -------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "name", "@example.org", "name@", "name@ex..org"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        normalise(address)


def test_a_kazakh_domain_is_stored_in_ascii() -> None:
    assert normalise(" Aigul@Қала.Қаз ").startswith("Aigul@xn--")
    assert digest("Aigul@example.org") == digest("aigul@EXAMPLE.org")


def test_a_folder_that_cannot_be_written_costs_no_try_and_loses_no_mail(mail_folder: Path) -> None:
    rows = [queued("one"), queued("two")]
    mail_folder.parent.mkdir(parents=True, exist_ok=True)
    mail_folder.write_text("a file stands where the folder should be")
    for _ in range(sending.TRIES + 1):
        make_due()
        assert sending.send_due() == 0
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.attempts) == (State.PENDING, 0)
    assert "the folder of mails" in rows[0].reason
    mail_folder.unlink()
    make_due()
    assert sending.send_due() == 2
    assert len(files(mail_folder)) == 2
