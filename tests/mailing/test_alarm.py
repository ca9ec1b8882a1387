"""Operators are told once when a part is not well, and once when it is well again."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import threading
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery.beat import Scheduler
from django.contrib.auth import get_user_model
from django.db import connections
from wagtail.users.models import UserProfile

from coalition import celery as beat
from coalition.celery import SweepScheduler
from monitoring.core import clock, health, sweeps
from monitoring.digests import lateness
from monitoring.digests.models import DigestRun
from monitoring.mailing import alarm, gate
from monitoring.mailing.models import Alarm, OutgoingMail
from tests.factories.digests import subscriber
from tests.factories.mailing import queued

pytestmark = pytest.mark.django_db
State = OutgoingMail.State
START = dt.datetime(2026, 11, 20, 12, tzinfo=clock.ALMATY)


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """One part, whose health the test decides."""
    told: dict[str, Any] = {"ok": True, "name": "worker"}
    settings.VAR_DIR = tmp_path
    settings.MAIL_DELIVERY = {"kind": "file", "directory": str(tmp_path / "mail")}
    settings.OPERATOR_EMAILS = ["a@example.org", "ru:b@example.org", "en:c@example.org"]
    monkeypatch.setattr(health, "_checks", {})
    health.register("worker", lambda: (bool(told["ok"]), "last progress 200 s ago"))
    health.register("mail", lambda: (False, "braked until released"))
    return told


def mails() -> list[tuple[str, str, str]]:
    rows = OutgoingMail.objects.filter(template="alarm").order_by("pk")
    return [(row.recipient, row.language, row.state) for row in rows]


def newest() -> tuple[str, str]:
    row = OutgoingMail.objects.filter(template="alarm").latest("pk")
    message = email.message_from_bytes(bytes(row.raw or b""), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["Subject"]), str(body.get_content())


def test_a_deaf_worker_is_told_once_and_by_a_process_that_is_not_the_worker(
    state: dict[str, Any],
) -> None:
    state["ok"] = False
    calm = queued("calm")
    assert alarm.look_and_send() == 3
    assert mails() == [
        ("a@example.org", "kk", State.SENT),
        ("b@example.org", "ru", State.SENT),
        ("c@example.org", "en", State.SENT),
    ]
    calm.refresh_from_db()
    assert calm.state == State.PENDING  # the rest is the worker's
    subject, text = newest()
    assert subject == "The worker is silent"
    assert "last progress 200 s ago" in text
    assert alarm.look_and_send() == 0


def test_what_goes_on_is_told_each_day_and_its_end_once(state: dict[str, Any]) -> None:
    with time_machine.travel(START, tick=False) as clock_hands:
        state["ok"] = False
        alarm.look()
        clock_hands.shift(dt.timedelta(hours=23))
        assert alarm.look() == 0
        clock_hands.shift(dt.timedelta(hours=1))
        assert alarm.look() == 3
        state["ok"] = True
        assert alarm.look() == 3
        assert alarm.look() == 0
    assert not Alarm.objects.exists()
    subject, text = newest()
    assert subject == "Well again: The worker is silent"
    assert "20.11.2026 12:00" in text


def test_a_part_that_is_back_soon_wakes_nobody(state: dict[str, Any]) -> None:
    health.register("search", lambda: (bool(state["ok"]), "yellow"))
    health.register("worker", lambda: (True, ""))
    with time_machine.travel(START, tick=False) as clock_hands:
        state["ok"] = False
        assert alarm.look() == 0
        clock_hands.shift(dt.timedelta(minutes=4))
        assert alarm.look() == 0
        state["ok"] = True
        assert alarm.look() == 0
        state["ok"] = False
        assert alarm.look() == 0
        clock_hands.shift(dt.timedelta(minutes=5))
        assert alarm.look() == 3
    assert mails()[0][0] == "a@example.org"


def test_the_worker_is_no_judge_of_itself(state: dict[str, Any]) -> None:
    state["ok"] = False
    assert sweeps.get("mailing.alarm").run() == 0
    assert mails() == []
    assert alarm.look() == 3
    assert sweeps.get("mailing.alarm").run() == 0
    assert Alarm.objects.count() == 1  # what another process told is not forgotten


def test_a_restored_machine_tells_nobody(state: dict[str, Any]) -> None:
    gate.is_silent(gate.load())
    row = gate.load()
    row.silent_since, row.silent_why = clock.now(), row.Silence.OLDER
    row.save()
    state["ok"] = False
    assert alarm.look() == 0
    assert mails() == []


def test_a_superuser_is_told_in_the_language_of_his_admin(settings: Any) -> None:
    settings.OPERATOR_EMAILS = []
    root = get_user_model().objects.create_superuser(email="root@example.org", password="x")
    assert gate.operators() == [("root@example.org", "kk")]
    UserProfile.objects.create(user=root, preferred_language="ru")
    assert gate.operators() == [("root@example.org", "ru")]


def test_a_digest_that_nobody_made_is_late_after_a_quarter_of_an_hour() -> None:
    with time_machine.travel(START.replace(hour=8, minute=14), tick=False) as clock_hands:
        subscriber()
        assert lateness.on_time() == (True, "on time")
        clock_hands.shift(dt.timedelta(minutes=2))
        assert lateness.on_time() == (False, "the daily digest of 20.11. 08:00")
        end = START.replace(hour=8)
        run = DigestRun.objects.create(
            frequency="daily",
            window_start=end - dt.timedelta(days=1),
            window_end=end,
            first_position=0,
            last_position=0,
            created_at=end,
        )
        assert lateness.on_time()[0] is False  # begun, not done
        run.state, run.finished_at = DigestRun.State.DONE, clock.now()
        run.save()
        assert lateness.on_time()[0] is True


def test_the_scheduler_looks_beside_its_bells_and_not_before_the_worker_had_its_minutes(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[Any] = []

    def wait(seconds: float) -> None:
        steps.append(seconds)
        if len(steps) == 5:
            raise StopIteration

    monkeypatch.setattr(alarm, "look_and_send", lambda: steps.append("look"))
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the test's own is in use
    with pytest.raises(StopIteration):
        beat.keep_looking(wait)
    assert steps == [120, "look", 20, "look", 20]


def test_a_scheduler_that_waits_for_a_broker_looks_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looking, broker_is_back = threading.Event(), threading.Event()
    monkeypatch.setattr(beat, "keep_looking", looking.set)
    monkeypatch.setattr(Scheduler, "tick", lambda _self: broker_is_back.wait(30) or 5.0)
    scheduler = SweepScheduler(app=beat.app)
    waiting = threading.Thread(target=scheduler.tick)
    waiting.start()
    assert looking.wait(10)
    broker_is_back.set()
    waiting.join(10)
