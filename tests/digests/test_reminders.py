"""A reminder leaves once, in time, in Almaty's days, whatever the frequency; a past one never."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.decisions.models import Deadline, DeadlineKind, Decision
from monitoring.digests import quiet, reminders, services, wishes
from monitoring.digests.models import QuietMonth, Reminder, Subscriber
from monitoring.digests.queries import EVERYTHING, of_decision
from monitoring.mailing.models import OutgoingMail
from monitoring.search.query import Query
from tests.digests.test_runs import message_of, text_of
from tests.factories import digests as make
from tests.factories import evidence


def deadline(decision: Decision, date: str = "2026-11-24", hour: dt.time | None = None) -> Deadline:
    kind = DeadlineKind.objects.get_or_create(key="comment", defaults=make.names("Comments"))[0]
    return Deadline.objects.create(
        decision=decision,
        kind=kind,
        date=dt.date.fromisoformat(date),
        hour=hour,
        source="https://adilet.zan.kz/",
    )


def reader(
    address: str = "a@example.org", query: Query = EVERYTHING, days: int | None = 3, **facts: Any
) -> Subscriber:
    found = make.subscriber(address, query, frequency="weekly", **facts)
    wishes.change_subscription(subscription=make.subscription(found), remind_days=days)
    return found


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="reminder").order_by("pk"))


@pytest.mark.django_db
def test_it_comes_days_before_at_eight_and_once(time_machine: Any) -> None:
    time_machine.move_to(make.at("2026-11-10 12:00"), tick=False)
    decision = make.decision()
    deadline(decision)
    reader(query=of_decision(decision.pk))
    for moment, sent in (
        ("2026-11-20 23:59", 0),
        ("2026-11-21 07:59", 0),
        ("2026-11-21 08:00", 1),
        ("2026-11-21 08:05", 1),
        ("2026-11-24 10:00", 1),
    ):
        time_machine.move_to(make.at(moment), tick=False)
        reminders.remind()
        assert len(mails()) == sent, moment
    (mail,) = mails()
    assert message_of(mail)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Ауыл бюджеті туралы заң" in text_of(mail)
    assert "Мерзім 3 күннен кейін аяқталады" in message_of(mail)["Subject"]
    assert f"about=decision:{decision.pk}" in text_of(mail)
    assert "a@example.org" not in text_of(mail)


@pytest.mark.django_db
def test_a_deadline_put_off_is_told_of_again_and_an_identical_one_is_not(time_machine: Any) -> None:
    time_machine.move_to(make.at("2026-11-22 12:00"), tick=False)
    decision = make.decision()
    row = deadline(decision)
    reader(query=of_decision(decision.pk))
    assert reminders.remind() == 1
    row.delete()
    row = deadline(decision)
    assert reminders.remind() == 0
    Deadline.objects.filter(pk=row.pk).update(date=dt.date(2026, 11, 30))
    assert reminders.remind() == 0
    time_machine.move_to(make.at("2026-11-27 09:00"), tick=False)
    assert reminders.remind() == 1
    assert Reminder.objects.count() == 2


@pytest.mark.django_db
def test_who_left_is_silent_asks_for_none_or_follows_other_things_gets_none(
    time_machine: Any,
) -> None:
    time_machine.move_to(make.at("2026-11-22 12:00"), tick=False)
    decision = make.decision(topics=[make.topic("land")])
    deadline(decision)
    gone, silent = reader("gone@example.org"), reader("silent@example.org")
    services.end_subscriptions(subscriber=gone, how="test")
    wishes.pause(subscriber=silent, until=dt.date(2026, 12, 1))
    reader("none@example.org", days=None)
    make.topic("money")
    reader("money@example.org", make.about_topic("money"))
    services.ask_subscription(
        address="waits@example.org",
        query=EVERYTHING,
        frequency="daily",
        language="kk",
        remind_days=3,
    )
    reader("land@example.org", make.about_topic("land"), language="ru", note="жер үшін")
    assert reminders.remind() == 1
    (mail,) = mails()
    assert (mail.recipient, mail.language) == ("land@example.org", "ru")
    assert "жер үшін" in " ".join(text_of(mail).split())


@pytest.mark.django_db
def test_killed_before_the_commit_it_goes_with_the_next_sweep(
    time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_machine.move_to(make.at("2026-11-22 12:00"), tick=False)
    decision = make.decision()
    deadline(decision)
    reader(query=of_decision(decision.pk))

    def die(**_values: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(reminders, "queue_prepared", die)
        with pytest.raises(KeyboardInterrupt):
            reminders.remind()
    assert not Reminder.objects.exists()
    assert reminders.remind() == 1
    assert reminders.remind() == 0


@given(
    st.dates(dt.date(2026, 1, 1), dt.date(2029, 1, 1)),
    st.sampled_from([1, 3, 7]),
    st.one_of(st.none(), st.times()),
    st.integers(-9 * 24 * 60, 3 * 24 * 60),
)
def test_it_is_due_from_eight_days_before_until_the_end(
    date: dt.date, days: int, hour: dt.time | None, minutes: int
) -> None:
    """Against a plain reading of the promise, over leap days and year ends."""
    midnight = make.at(f"{date.isoformat()} 00:00")
    now = midnight + dt.timedelta(minutes=minutes)
    end = midnight + dt.timedelta(days=1)
    if hour is not None:
        end = midnight.replace(hour=hour.hour, minute=hour.minute, second=hour.second)
        end = end.replace(microsecond=hour.microsecond)
    begin = midnight - dt.timedelta(days=days) + dt.timedelta(hours=8)
    found = reminders.is_due(Deadline(date=date, hour=hour), days, now.astimezone(dt.UTC))
    assert found == (begin <= now < end)


@pytest.mark.django_db
def test_a_quiet_month_is_told_once_to_whoever_asked(time_machine: Any) -> None:
    time_machine.move_to(make.at("2026-10-20 12:00"), tick=False)
    asked = make.subscriber("asked@example.org")
    services.change_reader(subscriber=asked, quiet_month=True)
    make.subscriber("not@example.org")
    source = evidence.source(last_success_at=make.at("2026-12-01 07:00"))
    time_machine.move_to(make.at("2026-11-05 12:00"), tick=False)
    evidence.stored(source)
    for moment, made in (
        ("2026-11-01 09:00", 0),  # it did not follow all of October
        ("2026-12-01 07:59", 0),
        ("2026-12-01 08:00", 1),
        ("2026-12-02 08:00", 0),
        ("2027-01-15 08:00", 0),
    ):
        time_machine.move_to(make.at(moment), tick=False)
        assert quiet.tell_of_quiet_month() == made, moment
    assert QuietMonth.objects.get().month == dt.date(2026, 11, 1)
    mail = OutgoingMail.objects.get(template="quiet")
    assert mail.recipient == "asked@example.org"
    assert message_of(mail)["Subject"].startswith("Бәрін қарадық, өзгеріс жоқ")


@pytest.mark.django_db
def test_a_month_in_which_no_source_could_be_read_is_not_called_quiet(time_machine: Any) -> None:
    time_machine.move_to(make.at("2026-10-20 12:00"), tick=False)
    services.change_reader(subscriber=make.subscriber(), quiet_month=True)
    time_machine.move_to(make.at("2026-12-01 08:00"), tick=False)
    assert quiet.tell_of_quiet_month() == 1
    mail = OutgoingMail.objects.get(template="quiet")
    assert "өзгеріс жоқ" not in message_of(mail)["Subject"]
    assert "бірде-бір дереккөзді оқу мүмкін болмады" in " ".join(text_of(mail).split())
