"""A mail was made and has not left when its reader changes something: what leaves then."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from monitoring.core import clock
from monitoring.decisions.models import DeadlineKind
from monitoring.decisions.services import add_deadline
from monitoring.digests import reminders, services, wishes
from monitoring.digests.export import sent_to
from monitoring.digests.models import DigestRunSubscriber, Subscriber, Subscription
from monitoring.digests.queries import of_decision
from monitoring.digests.remaking import make_mails_anew
from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.sending import send_due
from monitoring.mailing.services import retry_mail
from tests.digests.test_runs import close, text_of
from tests.factories import digests as make

pytestmark = pytest.mark.django_db
LAND, MONEY = "Жер кодексі", "Бюджет кодексі"


def waiting(operator: Any) -> tuple[Subscriber, Subscription, Subscription]:
    """A reader of two topics whose mail about both is made and has not left."""
    topics = [make.topic("land"), make.topic("money")]
    reader = make.subscriber("a@example.org", *(make.about_topic(one.slug) for one in topics))
    OutgoingMail.objects.all().delete()
    for title, topic in ((LAND, topics[0]), (MONEY, topics[1])):
        make.decision(title, topics=[topic])
    close(operator)
    land, money = reader.subscriptions.order_by("pk")
    return reader, land, money


def sent() -> list[str]:
    """The digests that left, as text."""
    make_mails_anew()
    send_due()
    rows = OutgoingMail.objects.filter(state="sent", template="digest").order_by("pk")
    return [text_of(one) for one in rows]


def test_ending_one_keeps_the_rest_of_a_mail_that_waits(operator: Any) -> None:
    reader, land, _money = waiting(operator)
    first = OutgoingMail.objects.get()
    services.end_subscriptions(subscriber=reader, ids=[land.pk], how="test")
    assert send_due() == 0  # held back until it is made anew
    (text,) = sent()
    assert MONEY in text
    assert LAND not in text
    assert OutgoingMail.objects.get().message_id == first.message_id
    told = DigestRunSubscriber.objects.get()
    assert (len(told.changes), told.again) == (1, False)
    assert (make_mails_anew(), send_due()) == (0, 0)


def test_ending_both_holds_all_of_it_back_and_the_page_does_not_say_sent(operator: Any) -> None:
    reader, land, money = waiting(operator)
    assert len(sent_to(reader, "kk")) == 1
    for one in (land, money):
        services.end_subscriptions(subscriber=reader, ids=[one.pk], how="test")
    assert sent() == []
    assert sent_to(reader, "kk") == []


def test_what_a_sender_holds_is_made_anew_only_if_it_did_not_leave(operator: Any) -> None:
    reader, land, _money = waiting(operator)
    mail = OutgoingMail.objects.get()
    assert OutgoingMail.objects.claim(mail.pk, "sender")
    services.end_subscriptions(subscriber=reader, ids=[land.pk], how="test")
    assert make_mails_anew() == 0  # the sender may be handing it over just now
    assert OutgoingMail.objects.get().state == "suppressed"
    # It died: its lease ends, and the rest leaves. Had it lived, the row would say "sent".
    past = clock.now() - dt.timedelta(minutes=5)
    OutgoingMail.objects.update(leased_until=past)
    (text,) = sent()
    assert (MONEY in text, LAND in text) == (True, False)


@pytest.mark.parametrize("cause", ["later", "lost", "away"])
def test_what_a_server_put_off_is_made_anew_like_any_other(operator: Any, cause: str) -> None:
    reader, land, _money = waiting(operator)
    OutgoingMail.objects.update(cause=cause, reason="451 greylisted", attempts=1, put_off=1)
    services.end_subscriptions(subscriber=reader, ids=[land.pk], how="test")
    (text,) = sent()
    assert (MONEY in text, LAND in text) == (True, False)
    assert not DigestRunSubscriber.objects.filter(again=True).exists()


def test_what_may_have_arrived_stays_as_it_is_unless_its_reader_leaves(operator: Any) -> None:
    """A second copy is the same bytes; what nobody wants any more does not leave for that."""
    reader, land, money = waiting(operator)
    OutgoingMail.objects.update(cause="unsure", reason="no answer", attempts=1, put_off=1)
    services.change_reader(subscriber=reader, language="ru")
    wishes.change_subscription(subscription=money, note="для села")
    before = bytes(OutgoingMail.objects.get().raw or b"")
    assert (make_mails_anew(), OutgoingMail.objects.get().state) == (0, "pending")
    services.end_subscriptions(subscriber=reader, ids=[land.pk], how="test")
    (text,) = sent()
    assert (MONEY in text, LAND in text) == (True, False)
    assert bytes(OutgoingMail.objects.get().raw or b"") != before


def test_what_has_failed_is_not_tried_again_for_what_nobody_follows_any_more(
    operator: Any,
) -> None:
    reader, land, _money = waiting(operator)
    OutgoingMail.objects.update(state="failed", cause="overdue")
    services.end_subscriptions(subscriber=reader, ids=[land.pk], how="test")
    assert not retry_mail(mail=OutgoingMail.objects.get())
    assert sent() == []


def test_what_has_failed_is_not_tried_again_into_a_silence(operator: Any) -> None:
    _reader, _land, money = waiting(operator)
    OutgoingMail.objects.update(state="failed", cause="overdue")
    until = clock.today() + dt.timedelta(days=3)
    wishes.change_subscription(subscription=money, muted_until=until)
    assert not retry_mail(mail=OutgoingMail.objects.get())


def test_what_left_from_a_senders_hands_is_not_made_again(operator: Any) -> None:
    reader, land, _money = waiting(operator)
    mail = OutgoingMail.objects.get()
    assert OutgoingMail.objects.claim(mail.pk, "sender")
    services.end_subscriptions(subscriber=reader, ids=[land.pk], how="test")
    OutgoingMail.objects.filter(lease="sender").update(state="sent", sent_at=clock.now())
    assert make_mails_anew() == 0
    assert not DigestRunSubscriber.objects.filter(again=True).exists()


def test_silence_takes_back_what_waits_and_tells_it_after(operator: Any, time_machine: Any) -> None:
    time_machine.move_to(make.at("2026-11-24 07:00"), tick=False)
    _reader, land, _money = waiting(operator)
    wishes.change_subscription(subscription=land, muted_until=dt.date(2026, 11, 26))
    (text,) = sent()
    assert (MONEY in text, LAND in text) == (True, False)
    from monitoring.digests.runs import run_digests

    for day in (25, 26, 27, 28):
        time_machine.move_to(make.at(f"2026-11-{day} 09:00"), tick=False)
        run_digests()
    (_first, second) = sent()
    assert (MONEY in second, LAND in second) == (False, True)


def test_another_language_and_other_kinds_hold_for_what_waits(operator: Any) -> None:
    reader, land, money = waiting(operator)
    services.change_reader(subscriber=reader, language="ru")
    wishes.change_subscription(subscription=money, note="для села")
    (text,) = sent()
    assert "орысша" in text
    assert "для села" in text
    assert OutgoingMail.objects.get().language == "ru"
    assert land.wanted == frozenset()


def test_a_reminder_of_another_document_and_a_confirmation_still_leave(
    operator: Any, time_machine: Any
) -> None:
    time_machine.move_to(make.at("2026-11-24 09:00"), tick=False)
    kind = DeadlineKind.objects.create(key="comment", **make.names("Comments"))
    rows = [make.decision(LAND, announce=False), make.decision(MONEY, announce=False)]
    reader = make.subscriber("a@example.org", *(of_decision(one.pk) for one in rows))
    OutgoingMail.objects.all().delete()
    for row, decision in zip(reader.subscriptions.order_by("pk"), rows, strict=True):
        wishes.change_subscription(subscription=row, remind_days=3)
        add_deadline(
            decision=decision,
            kind=kind,
            date=dt.date(2026, 11, 26),
            source="https://adilet.zan.kz/",
            by=None,
        )
    assert reminders.remind() == 1
    time_machine.move_to(make.at("2026-11-24 11:00"), tick=False)  # the hour of confirmations
    services.ask_subscription(
        address=reader.address, query=make.about_topic("land"), frequency="daily", language="kk"
    )
    first = reader.subscriptions.order_by("pk")[0]
    services.end_subscriptions(subscriber=reader, ids=[first.pk], how="test")
    assert reminders.remind() == 1
    send_due()
    left = {one.template: text_of(one) for one in OutgoingMail.objects.filter(state="sent")}
    assert set(left) == {"reminder", "confirm"}
    assert (MONEY in left["reminder"], LAND in left["reminder"]) == (True, False)
