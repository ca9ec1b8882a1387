"""No change is missed, none is told twice, nobody reads another's mail, none goes out empty."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import itertools
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from monitoring.core import clock
from monitoring.decisions.merging import merge_decisions, unmerge_decisions
from monitoring.decisions.models import Relation, Stage
from monitoring.decisions.relations import WORDS, add_relation
from monitoring.decisions.services import add_stage_event, update_decision, withdraw_decision
from monitoring.digests import runs, services, wishes
from monitoring.digests.messages import CAP
from monitoring.digests.models import DigestRun, DigestRunSubscriber, Frequency, Subscription
from monitoring.digests.queries import EVERYTHING, query_of
from monitoring.digests.rendering import ROOM
from monitoring.mailing import compose
from monitoring.mailing import services as mailing
from monitoring.mailing.models import OutgoingMail
from monitoring.search.query import Query
from tests.factories import digests as make
from tests.factories.record import make_topic

pytestmark = pytest.mark.django_db


def digest_mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="digest").order_by("pk"))


def message_of(mail: OutgoingMail) -> EmailMessage:
    message = email.message_from_bytes(bytes(mail.raw or b""), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: OutgoingMail, kind: str = "plain") -> str:
    part = message_of(mail).get_body((kind,))
    assert part is not None
    return str(part.get_content())


def close(operator: Any, frequency: str = "daily") -> DigestRun:
    run = runs.close_window_now(frequency=frequency, by=operator)
    runs.run_digests()
    run.refresh_from_db()
    return run


def forget_the_last_press() -> None:
    """A later press is another one: set the last run ten minutes back."""
    for run in DigestRun.objects.filter(by_hand=True):
        DigestRun.objects.filter(pk=run.pk).update(
            window_start=run.window_start - dt.timedelta(minutes=10),
            window_end=run.window_end - dt.timedelta(minutes=10),
        )


def test_a_change_is_told_once_to_each_reader(operator: Any) -> None:
    make.subscriber("a@example.org")
    make.subscriber("b@example.org", language="ru")
    decision = make.decision()
    run = close(operator)
    assert (run.state, run.changes, run.mails) == ("done", 1, 2)
    assert {mail.recipient for mail in digest_mails()} == {"a@example.org", "b@example.org"}
    text = text_of(digest_mails()[0])
    assert "Ауыл бюджеті туралы заң" in text
    assert f"http://localhost:8000{decision.address_in('kk')}" in text
    assert "https://adilet.zan.kz/kaz/docs/Z2600000001" in text
    forget_the_last_press()
    close(operator)
    runs.make_run(run=run)
    assert len(digest_mails()) == 2


def test_followers_of_a_bill_are_told_that_it_returned_in_another_convocation(
    operator: Any,
) -> None:
    topic = make_topic()
    old = make.decision(topics=[topic])
    new = make.decision(title="Жаңа шақырылымдағы заң жобасы")
    close(operator)
    forget_the_last_press()
    about = query_of(f"topic:{topic.slug}")
    assert about is not None
    make.subscriber("a@example.org", about, language="ru")
    add_relation(subject=old, kind=Relation.Kind.RETURNED, target=new, by=operator)
    close(operator)
    text = text_of(digest_mails()[-1])
    assert old.address_in("ru") in text
    with override("ru"):
        assert f"{WORDS[Relation.Kind.RETURNED, True]}: Жаңа шақырылымдағы заң жобасы" in text


def test_followers_of_a_doubles_topic_hear_of_the_record_it_was_merged_into(operator: Any) -> None:
    topic = make.topic("land")
    kept, gone = make.decision(number="7"), make.decision(number="8", topics=[topic])
    close(operator)
    forget_the_last_press()
    make.subscriber("a@example.org", make.about_topic("land"))
    merge = merge_decisions(kept=kept, gone=gone, by=operator)
    close(operator)
    forget_the_last_press()
    assert not digest_mails()  # merging is the editors' business, no news
    update_decision(decision=kept, adoption_number="77", by=operator)
    close(operator)
    forget_the_last_press()
    (mail,) = digest_mails()
    assert f"/kk/zandar/{kept.pk}-" in text_of(mail)
    unmerge_decisions(merge=merge, by=operator)
    update_decision(decision=kept, adoption_number="78", by=operator)
    close(operator)
    assert len(digest_mails()) == 1


def test_two_readers_never_get_each_others_items(operator: Any) -> None:
    money, land = make.topic("money"), make.topic("land")
    make.subscriber("money@example.org", make.about_topic("money"))
    make.subscriber("land@example.org", make.about_topic("land"))
    make.decision("Бюджет кодексі", topics=[money])
    make.decision("Жер кодексі", topics=[land])
    close(operator)
    texts = {mail.recipient: text_of(mail) for mail in digest_mails()}
    assert "Бюджет кодексі" in texts["money@example.org"]
    assert "Жер кодексі" not in texts["money@example.org"]
    assert "Жер кодексі" in texts["land@example.org"]
    assert "Бюджет кодексі" not in texts["land@example.org"]


def test_an_item_of_two_subscriptions_stands_once_with_both_reasons(operator: Any) -> None:
    budget = make.topic("budget")
    senate = make.body("senate")
    make.subscriber(
        "a@example.org", make.about_topic("budget"), Query(filters=(("body", ("senate",)),))
    )
    make.decision(topics=[budget], bodies=[senate])
    close(operator)
    (mail,) = digest_mails()
    text = " ".join(text_of(mail).split())
    assert text.count("1. Ауыл бюджеті туралы заң") == 1
    assert "2. " not in text
    assert "budget topic kk" in text
    assert "senate body kk" in text


def test_what_has_nothing_new_to_tell_has_no_say_in_the_language(operator: Any) -> None:
    budget = make.topic("budget")
    decision = make.decision(topics=[budget])
    close(operator)
    reader = make.subscriber("a@example.org", make.about_topic("budget"), language="ru")
    wishes.change_subscription(subscription=make.subscription(reader), kinds="stage")
    make.subscriber("a@example.org", language="kk")  # everything, asked for in Kazakh
    update_decision(decision=decision, adoption_number="7-n", by=None)
    forget_the_last_press()
    close(operator)
    (mail,) = digest_mails()
    assert mail.language == "kk"


def test_nothing_is_sent_without_items(operator: Any) -> None:
    make.subscriber("a@example.org", make.about_topic("land"))
    make.decision(topics=[make.topic("budget")])
    run = close(operator)
    assert (run.state, run.mails) == ("done", 0)
    assert not DigestRunSubscriber.objects.exists()
    assert digest_mails() == []


def test_seeded_and_withdrawn_records_are_told_to_nobody(operator: Any) -> None:
    make.subscriber()
    make.decision("Ескі заң", announce=False)
    hidden = make.decision("Алынған заң")
    withdraw_decision(decision=hidden, by=operator)
    close(operator)
    assert digest_mails() == []


def test_an_unconfirmed_address_gets_nothing(operator: Any) -> None:
    services.ask_subscription(
        address="a@example.org", query=EVERYTHING, frequency="daily", language="kk"
    )
    make.decision()
    close(operator)
    assert digest_mails() == []


def test_a_typed_search_is_matched_in_full_not_by_a_page_of_results(operator: Any) -> None:
    query = query_of("search", "q=бюджет")
    assert query is not None
    make.subscriber("a@example.org", query)
    for number in range(35):
        make.decision(f"{number}-ауылдың бюджеті туралы", number=str(number))
    make.decision("Су кодексі")
    run = close(operator)
    (row,) = run.told.all()
    assert len(row.changes) == 35
    text = " ".join(text_of(digest_mails()[0]).split())
    assert "Су кодексі" not in text
    assert f"Тағы {35 - CAP} өзгеріс" in text
    assert len(bytes(digest_mails()[0].raw or b"")) < 100 * 1024


def test_a_change_committed_late_falls_into_the_next_run(operator: Any, time_machine: Any) -> None:
    """Positions are given to committed rows only, whatever their time says."""
    make.subscriber()
    make.decision("Бірінші заң")
    run = close(operator)
    # Its moment lies before the end of the window that is closed already.
    time_machine.move_to(run.window_end - dt.timedelta(seconds=30))
    make.decision("Кеш жазылған заң")
    time_machine.move_to(run.window_end + dt.timedelta(minutes=1))
    forget_the_last_press()
    close(operator)
    texts = [text_of(mail) for mail in digest_mails()]
    assert [("Бірінші" in text, "Кеш жазылған" in text) for text in texts] == [
        (True, False),
        (False, True),
    ]


def test_what_changed_is_said_with_before_and_after(operator: Any) -> None:
    make.subscriber()
    decision = make.decision()
    introduced = Stage.objects.create(key="introduced", **make.names("Енгізілді"))
    adopted = Stage.objects.create(key="adopted", **make.names("Қабылданды"))
    add_stage_event(decision=decision, stage=introduced, date=dt.date(2026, 11, 3))
    close(operator)
    forget_the_last_press()
    add_stage_event(decision=decision, stage=adopted, date=dt.date(2026, 11, 20))
    update_decision(decision=decision, by=operator, adoption_number="77-VIII")
    close(operator)
    text = " ".join(text_of(digest_mails()[-1]).split())
    assert (
        "Енгізілді kk -> Қабылданды kk, 2026\u00a0ж. 20\u00a0қараша".replace("\u00a0", " ") in text
    )
    assert "77-VIII" in text


# -- windows -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "frequency", "end"),
    [
        ("2026-11-23 07:59", "daily", "2026-11-22 08:00"),
        ("2026-11-23 08:00", "daily", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "weekly", "2026-11-23 08:00"),  # a Monday
        ("2026-11-22 23:00", "weekly", "2026-11-16 08:00"),
        ("2027-01-01 09:00", "daily", "2027-01-01 08:00"),
        ("2028-03-01 07:00", "daily", "2028-02-29 08:00"),
        ("2027-01-01 09:00", "weekly", "2026-12-28 08:00"),
    ],
)
def test_windows_end_at_eight_in_almaty(now: str, frequency: str, end: str) -> None:
    assert runs.last_end(make.at(now), frequency) == make.at(end)
    assert runs.last_end(make.at(now), frequency).utcoffset() == dt.timedelta(hours=5)


@given(
    st.datetimes(dt.datetime(2026, 11, 1), dt.datetime(2029, 1, 1)),
    st.sampled_from(["daily", "weekly"]),
    st.integers(0, 20 * 24),
)
def test_missing_windows_follow_each_other_without_gap(
    now: dt.datetime, frequency: str, hours: int
) -> None:
    moment = now.replace(tzinfo=dt.UTC)
    last = runs.last_end(moment - dt.timedelta(hours=hours), frequency)
    ends = runs.missing_ends(moment, frequency, last)
    assert ends == sorted(set(ends))
    assert all(last < end <= moment and end > moment - dt.timedelta(days=7) for end in ends)
    period = runs.PERIOD[Frequency(frequency)]
    assert all(later - earlier == period for earlier, later in itertools.pairwise(ends))
    if ends and hours < 6 * 24:
        assert ends[0] - last == period


def test_after_three_days_off_each_window_is_made_and_none_overlaps(time_machine: Any) -> None:
    time_machine.move_to(make.at("2026-12-29 09:00"), tick=False)
    runs.run_digests()
    reader = make.subscriber()
    for day, title in ((29, "Бірінші заң"), (30, "Екінші заң")):
        time_machine.move_to(make.at(f"2026-12-{day} 12:00"), tick=False)
        make.decision(title)
    time_machine.move_to(make.at("2027-01-02 10:00"), tick=False)
    runs.run_digests()
    made = list(DigestRun.objects.filter(frequency="daily").order_by("window_end"))
    assert [run.window_end for run in made[1:]] == [
        make.at(f"{day} 08:00") for day in ("2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02")
    ]
    assert all(
        (before.window_end, before.last_position) == (after.window_start, after.first_position)
        for before, after in itertools.pairwise(made)
    )
    assert [run.mails for run in made] == [0, 1, 1, 0, 0]
    assert reader.told.count() == 2
    assert runs.open_missing_runs() == 0


def test_a_change_at_the_very_end_belongs_to_the_next_window(time_machine: Any) -> None:
    make.subscriber()
    time_machine.move_to(make.at("2026-11-24 08:00"), tick=False)
    make.decision("Дәл сегізде")
    runs.run_digests()
    assert digest_mails() == []
    time_machine.move_to(make.at("2026-11-25 08:01"), tick=False)
    runs.run_digests()
    assert len(digest_mails()) == 1


def test_a_gap_older_than_a_week_waits_for_a_person(time_machine: Any) -> None:
    time_machine.move_to(make.at("2026-11-02 09:00"), tick=False)
    runs.run_digests()
    make.subscriber()
    make.decision("Ескі өзгеріс")
    time_machine.move_to(make.at("2026-12-02 09:00"), tick=False)
    runs.run_digests()
    assert digest_mails() == []


def test_closing_twice_at_once_makes_one_run(operator: Any) -> None:
    make.subscriber()
    make.decision()
    first = runs.close_window_now(frequency="daily", by=operator)
    second = runs.close_window_now(frequency="daily", by=operator)
    assert first == second
    assert (first.closed_by, first.by_hand) == (operator, True)
    runs.run_digests()
    assert len(digest_mails()) == 1


# -- frequency, leaving, dying ---------------------------------------------------


def test_from_weekly_to_daily_nothing_is_missed(operator: Any) -> None:
    reader = make.subscriber(frequency="weekly")
    close(operator, "weekly")
    make.decision("Сейсенбідегі заң")
    close(operator, "daily")
    wishes.change_frequency(subscription=make.subscription(reader), frequency="daily")
    forget_the_last_press()
    close(operator, "daily")
    (mail,) = digest_mails()
    assert "Сейсенбідегі заң" in text_of(mail)
    assert make.subscription(reader).since is None


def test_from_daily_to_immediate_what_a_run_has_closed_over_is_told_at_once(operator: Any) -> None:
    reader = make.subscriber(frequency="daily")
    close(operator, "daily")
    make.decision("Бес минуттағы заң")
    close(operator, "immediate")  # nobody had asked for it
    wishes.change_frequency(subscription=make.subscription(reader), frequency="immediate")
    before = DigestRun.objects.filter(frequency="immediate").count()
    for minutes in (6, 12):
        with time_machine.travel(clock.now() + dt.timedelta(minutes=minutes), tick=False):
            runs.run_digests()
    (mail,) = digest_mails()
    assert "Бес минуттағы заң" in text_of(mail)
    assert DigestRun.objects.filter(frequency="immediate").count() == before + 1


def test_from_daily_to_weekly_nothing_is_told_twice(operator: Any) -> None:
    reader = make.subscriber(frequency="daily")
    make.decision("Айтылған заң")
    close(operator, "daily")
    wishes.change_frequency(subscription=make.subscription(reader), frequency="weekly")
    make.decision("Жаңа заң")
    close(operator, "weekly")
    first, second = (text_of(mail) for mail in digest_mails())
    assert "Айтылған заң" in first
    assert "Айтылған заң" not in second
    assert "Жаңа заң" in second


def test_leaving_during_a_run_wins(operator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make.subscriber()
    make.decision()
    prepare = mailing.prepare_parts

    def leave_first(**values: Any) -> Any:
        prepared = prepare(**values)
        services.end_subscriptions(subscriber=reader, how="test")
        return prepared

    monkeypatch.setattr(runs, "prepare_parts", leave_first)
    close(operator)
    assert digest_mails() == []


def test_what_is_wished_otherwise_while_a_mail_is_built_holds_for_it(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = make.decision()
    close(operator)
    readers = [make.subscriber(f"{name}@example.org") for name in ("kinds", "note")]
    update_decision(decision=decision, adoption_number="7-n", by=None)
    forget_the_last_press()
    prepare = mailing.prepare_parts

    def wish_first(**values: Any) -> Any:
        prepared = prepare(**values)
        kinds, note = (make.subscription(one) for one in readers)
        wishes.change_subscription(subscription=kinds, kinds="text")  # no text has changed
        wishes.change_subscription(subscription=note, note="ауылым үшін")
        return prepared

    monkeypatch.setattr(runs, "prepare_parts", wish_first)
    close(operator)
    (mail,) = digest_mails()
    assert mail.recipient == "note@example.org"
    assert "ауылым үшін" in " ".join(text_of(mail).split())


def test_leaving_holds_back_the_mail_that_waits(operator: Any) -> None:
    reader = make.subscriber()
    make.decision()
    close(operator)
    services.end_subscriptions(subscriber=reader, how="test")
    (mail,) = digest_mails()
    assert (mail.state, mail.raw) == ("suppressed", None)


def test_closing_a_run_reads_who_fell_silent_once_however_many_readers_there_are(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's form waits for the lock while each chunk of readers reads all mails of the run."""
    for name in "abcdefg":
        make.subscriber(f"{name}@example.org")
    Subscription.objects.update(since=0)
    make.decision()
    monkeypatch.setattr(runs, "CHUNK", 1)
    with CaptureQueriesContext(connection) as asked:
        close(operator)
    runs_done = DigestRun.objects.filter(state="done").count()
    read = [one["sql"] for one in asked if '"parts" = ' in one["sql"]]
    assert len(read) == runs_done
    assert not Subscription.objects.exclude(since=None).exists()


def test_a_run_killed_between_two_readers_goes_on_with_the_second(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        make.subscriber(f"{name}@example.org")
    make.decision()
    run = runs.close_window_now(frequency="daily", by=operator)
    write = runs._write
    written: list[Any] = []

    def die_at_the_second(*values: Any) -> Any:
        if written:
            raise KeyboardInterrupt
        written.append(write(*values))
        return written[0]

    with monkeypatch.context() as patched:
        patched.setattr(runs, "BATCH", 1)
        patched.setattr(runs, "_write", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            runs.make_run(run=run)
    assert len(digest_mails()) == 1
    runs.run_digests()
    assert sorted(mail.recipient for mail in digest_mails()) == [
        "a@example.org",
        "b@example.org",
        "c@example.org",
    ]


def test_the_note_and_the_subscription_name_why_it_came(operator: Any) -> None:
    make.subscriber("a@example.org", note="ауылым үшін")
    make.decision()
    close(operator)
    assert "ауылым үшін" in " ".join(text_of(digest_mails()[0]).split())
    assert Subscription.objects.get().note == "ауылым үшін"


def test_the_clock_of_the_run_is_the_platforms(operator: Any) -> None:
    run = close(operator)
    assert abs(run.window_end - clock.now()) < dt.timedelta(seconds=20)


def test_a_decision_removed_during_the_run_stops_nobodys_mail(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        make.subscriber(f"{name}@example.org")
    make.decision("Қалған заң")
    gone = make.decision("Алынған заң", number="9")
    prepare, removed = mailing.prepare_parts, list[int]()

    def remove_first(**values: Any) -> Any:
        if not removed:
            withdraw_decision(decision=gone, by=operator)
            removed.append(gone.pk)
        return prepare(**values)

    monkeypatch.setattr(runs, "prepare_parts", remove_first)
    run = close(operator)
    assert (run.state, run.mails) == ("done", 2)
    assert all("Қалған заң" in text_of(mail) for mail in digest_mails())


def test_schedulers_whose_clocks_differ_make_one_run_a_window(time_machine: Any) -> None:
    time_machine.move_to(make.at("2026-11-22 09:00"), tick=False)
    runs.run_digests()
    make.subscriber()
    make.decision()
    for clock_of_one in ("08:03", "07:58", "08:00", "08:05", "07:59"):
        time_machine.move_to(make.at(f"2026-11-23 {clock_of_one}"), tick=False)
        runs.run_digests()
    assert len(digest_mails()) == 1
    ends = DigestRun.objects.filter(frequency="daily").values_list("window_end", flat=True)
    assert sorted(ends) == [make.at("2026-11-22 08:00"), make.at("2026-11-23 08:00")]


def test_a_mail_whose_pieces_were_weighed_too_light_is_made_shorter(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.subscriber()
    for number in range(40):
        make.decision(f"{number} " + "Ауылдық округтің бюджеті туралы ұзақ атау " * 6)
    monkeypatch.setattr(runs, "ROOM", ROOM * 3)
    close(operator)
    (mail,) = OutgoingMail.objects.filter(template="digest")
    assert 50_000 < len(bytes(mail.raw or b"")) <= compose.LIMIT
    assert not DigestRun.objects.filter(state=DigestRun.State.OPEN).exists()


def test_a_mail_that_breaks_our_program_holds_up_nobody_else(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "poison", "b"):
        make.subscriber(f"{name}@example.org")
    make.decision()
    prepare = mailing.prepare_parts

    def breaks(**facts: Any) -> Any:
        if facts["to"].startswith("poison"):
            raise ZeroDivisionError
        return prepare(**facts)

    monkeypatch.setattr(runs, "prepare_parts", breaks)
    close(operator)
    mails = OutgoingMail.objects.filter(template="digest")
    assert sorted(one.recipient for one in mails) == ["a@example.org", "b@example.org"]
    assert DigestRun.objects.filter(state=DigestRun.State.OPEN).count() == 1
    monkeypatch.setattr(runs, "prepare_parts", prepare)
    runs.run_digests()
    assert mails.all().count() == 3
    assert not DigestRun.objects.filter(state=DigestRun.State.OPEN).exists()
