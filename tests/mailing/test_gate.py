"""The brake, the silence of a restored backup, and the pace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from monitoring.core import clock
from monitoring.core.models import TokenBucket
from monitoring.mailing import delivery, gate, sending, services
from monitoring.mailing.models import ANEW, Gate, OutgoingMail, Volume
from monitoring.mailing.packing import pack
from tests.factories.mailing import queued
from tests.mailing.conftest import Sink

pytestmark = pytest.mark.django_db
State = OutgoingMail.State


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any, mail_folder: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def states() -> dict[str, int]:
    rows = OutgoingMail.objects.exclude(template="delivery_stopped")
    return {
        state: rows.filter(state=state).count()
        for state in set(rows.values_list("state", flat=True))
    }


# -- the brake --------------------------------------------------------------------


def test_twenty_times_the_usual_stops_the_queue_and_one_mail_tells_it(settings: Any) -> None:
    settings.MAIL_BRAKE_FLOOR, settings.OPERATOR_EMAILS = 3, ["operator@example.org"]
    today = clock.now().astimezone(clock.ALMATY).date()
    for ago, sent in ((1, 1), (8, 1), (40, 900)):  # what is older than four weeks is not usual
        Volume.objects.create(day=today - dt.timedelta(days=ago), sent=sent)
    Volume.objects.create(day=today - dt.timedelta(days=2), sent=500, allowed=600)
    for number in range(21):
        queued(f"m{number}")
    code = queued("code", urgent=True)
    for _ in range(3):
        sending.send_due()
    code.refresh_from_db()
    assert code.state == State.SENT
    assert states() == {"pending": 21, "sent": 1}
    notice = OutgoingMail.objects.get(template="delivery_stopped")
    assert (notice.state, notice.recipient) == (State.SENT, "operator@example.org")
    assert gate.health() == (False, "braked until released")
    gate.release_mail(by="A person")
    assert sending.send_due() == 21
    assert Gate.objects.get().brake_since is None
    assert Volume.objects.get(day=today).sent == 23
    for number in range(9):  # the runaway goes on: it stops again
        queued(f"again{number}")
    assert sending.send_due() == 0
    assert gate.release_mail(by="A person", cancel=True) == 9
    assert sending.send_due() == 1  # the second notice
    cancelled = OutgoingMail.objects.filter(cause="cancelled")
    assert cancelled.count() == cancelled.filter(raw=None, reason="A person").count() == 9


def test_what_is_cancelled_does_not_come_back_made_anew() -> None:
    row = queued("a", bulk=True)
    services.hold_mails(keys=["a"], reason=ANEW)
    assert gate.release_mail(by="A person", cancel=True) == 1
    other = services.Prepared("a", row.recipient, "confirm", "kk", b"N: 1\r\n", pack(b"N: 1"))
    assert not services.replace_mail(mail=other)
    assert sending.send_due() == 0


def test_a_mail_cancelled_while_it_is_handed_over_says_that_it_has_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = queued("a", bulk=True)
    hand_over = delivery.FileDoor.send

    def cancelled_meanwhile(door: delivery.FileDoor, envelope: delivery.Envelope) -> None:
        hand_over(door, envelope)
        gate.release_mail(by="A person", cancel=True)

    monkeypatch.setattr(delivery.FileDoor, "send", cancelled_meanwhile)
    assert sending.send_due() == 1
    row.refresh_from_db()
    assert row.state == State.SENT


def test_a_young_site_does_not_stop_at_its_first_digest(settings: Any) -> None:
    settings.MAIL_BRAKE_FLOOR = 50
    for number in range(50):
        queued(f"m{number}", bulk=True)
    assert sending.send_due(batch=10) == 10
    assert sending.send_round() == 40


def test_without_a_name_every_superuser_hears_of_the_brake(settings: Any) -> None:
    settings.OPERATOR_EMAILS = []
    users: Any = get_user_model().objects
    users.create_superuser("root@example.org", "p")
    users.create_user("member@example.org", "p")
    assert gate.operators() == [("root@example.org", "kk")]


# -- a restored backup ---------------------------------------------------------------


def test_a_database_brought_to_another_machine_is_silent_until_released(
    settings: Any, tmp_path: Path
) -> None:
    queued("before")
    assert sending.send_due() == 1
    queued("waits", bulk=True)
    queued("an old code", urgent=True)
    settings.VAR_DIR = tmp_path / "elsewhere"
    settings.VAR_DIR.mkdir()
    assert sending.send_due() == 0
    queued("a code asked for now", urgent=True)
    assert sending.send_due() == 1  # by it the operator signs in who releases the rest
    assert Gate.objects.get().silent_why == "machine"
    assert not gate.health()[0]
    settings.VAR_DIR = tmp_path  # the machine that it knows goes on
    queued("more")
    assert sending.send_due() == 3
    settings.VAR_DIR = tmp_path / "elsewhere"
    queued("last")
    assert sending.send_due() == 0
    gate.release_mail(by="A person")
    assert sending.send_due() == 1


def test_an_older_database_in_its_own_place_is_silent(time_machine: Any) -> None:
    queued("a")
    sending.send_due()
    backup = Gate.objects.values().get()
    for _ in range(5):
        time_machine.move_to(clock.now() + dt.timedelta(seconds=90))
        sending.send_due()
    assert Gate.objects.get().serial == backup["serial"] + 5
    Gate.objects.filter(pk=1).update(**backup)
    queued("b")
    assert sending.send_due() == 0
    assert Gate.objects.get().silent_why == "older"
    assert gate.release_mail(by="A person", cancel=True) == 1
    queued("c")
    assert sending.send_due() == 1


def test_a_machine_off_for_three_days_sends_and_one_off_for_eight_asks(time_machine: Any) -> None:
    sending.send_due()
    queued("a")
    time_machine.move_to(clock.now() + dt.timedelta(days=3))
    assert sending.send_due() == 1
    queued("b")
    time_machine.move_to(clock.now() + dt.timedelta(days=8))
    assert sending.send_due() == 0
    assert Gate.objects.get().silent_why == "asleep"


def test_machines_of_one_name_share_a_database(settings: Any, tmp_path: Path) -> None:
    settings.MAIL_INSTANCE = "production"
    for number in range(3):
        settings.VAR_DIR = tmp_path / f"container{number}"
        settings.VAR_DIR.mkdir()
        queued(f"m{number}")
        assert sending.send_due() == 1
    settings.MAIL_INSTANCE = "staging"
    queued("m3")
    assert sending.send_due() == 0


# -- the pace ----------------------------------------------------------------------------


def test_a_domain_gets_its_mails_a_minute_and_stands_in_nobodys_way(
    sink: Sink, settings: Any, time_machine: Any
) -> None:
    settings.MAIL_PER_MINUTE = ["1000", "slow.example=6"]
    for number in range(14):
        queued(f"s{number}", to=f"s{number}@Slow.example")
    for number in range(8):
        queued(f"f{number}", to=f"f{number}@fast.example")
    assert sending.send_due(batch=12) == 6
    assert sending.send_due(batch=12) == 8  # the fast ones, though older slow ones wait
    assert sending.send_round() == 0
    assert not OutgoingMail.objects.filter(state=State.LEASED).exists()
    time_machine.move_to(clock.now() + dt.timedelta(seconds=30))
    assert sending.send_round() == 3
    assert queued("code", to="x@slow.example", urgent=True)
    assert sending.send_due() == 1  # who waits for a code does not wait for the minute
    assert TokenBucket.objects.get(key="mail-to:fast.example").tokens >= 990


def test_a_connection_carries_so_many_mails(sink: Sink, settings: Any) -> None:
    settings.MAIL_PER_CONNECTION = 3
    for number in range(7):
        queued(f"m{number}")
    assert sending.send_due() == 7
    assert sink.connections == 3
