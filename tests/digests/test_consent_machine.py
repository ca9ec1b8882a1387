"""Nobody gets mail that they did not consent to, nobody loses mail that they did.

Hypothesis draws what readers, strangers, the record and the clock do, in any order; a small model
beside it says what each reader must be told at each run and what nobody may be told. CI draws a
few histories; CONSENT_EXAMPLES=1000 is for runs by hand.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitoring.core import clock
from monitoring.decisions.models import DeadlineKind, Decision
from monitoring.decisions.services import add_deadline, update_decision
from monitoring.digests import editorials, runs, services, wishes
from monitoring.digests.choosing import language_of
from monitoring.digests.models import (
    Consent,
    DigestRun,
    DigestRunSubscriber,
    Subscriber,
    Subscription,
)
from monitoring.digests.queries import EVERYTHING, of_decision
from monitoring.digests.remaking import make_mails_anew
from monitoring.journal.models import Change
from monitoring.mailing.models import OutgoingMail
from monitoring.search.query import Query
from tests.digests.test_runs import text_of
from tests.factories import digests as make
from tests.factories.registry import make_person

ADDRESSES = st.sampled_from(["a@example.org", "b@example.org"])
THINGS = st.sampled_from(["all", "land", "money", "one"])
OFTEN = st.sampled_from(["immediate", "daily", "weekly"])
KINDS = st.sampled_from(["", "", "stage,deadline", "text"])
ASPECTS = st.sampled_from(["other", "deadline"])
TOPICS = st.sampled_from(["land", "money"])
PICKS = st.integers(0, 7)
MINUTES = st.sampled_from([7, 60 * 24, 60 * 24 * 4, 60 * 10, 2])
TITLES = {"land": "Жер кодексі", "money": "Бюджет кодексі"}
AWAKE = 60 * 24 * 5
"""Minutes after which the sweep comes by itself."""
RARELY = st.integers(0, 5)
"""Ends are drawn as often as beginnings; few of them happen, or nobody would follow anything."""


@dataclass
class Followed:
    """A confirmed subscription as the model knows it; `owed` are changes it is to be told, and
    after what moment its window ends."""

    pk: int
    thing: str
    frequency: str
    kinds: str
    muted_until: dt.date | None = None
    owed: dict[int, dt.datetime] = field(default_factory=dict)
    due: set[int] = field(default_factory=set)
    """Changes of windows that are over: the next mail that leaves must tell them."""


@dataclass
class Told:
    """A change of the record: whom it concerns and what it touched."""

    things: set[str]
    aspect: str

    def wanted_by(self, one: Followed) -> bool:
        kinds = one.kinds.split(",") if one.kinds else [self.aspect]
        return one.thing in self.things and self.aspect in kinds


class Consents(RuleBasedStateMachine):
    """Readers, the record and the clock."""

    world: dict[str, Any]
    counts: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = make.at("2026-12-28 09:30")
        self.traveller = time_machine.travel(self.now, tick=False)
        self.time = self.traveller.start()
        self.follows: dict[str, dict[str, Followed]] = {}
        self.ever: dict[str, list[Followed]] = {}
        self.changes: dict[int, Told] = {}
        self.told: Counter[tuple[str, int]] = Counter()
        self.numbers = self.idle = 0

    def teardown(self) -> None:
        try:
            self.mails_leave()
            self.counts["histories"] += 1
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)
            self.traveller.stop()

    # -- readers ---------------------------------------------------------------

    @initialize(thing=THINGS, frequency=OFTEN, kinds=KINDS)
    def the_platform_runs_and_somebody_reads(self, thing: str, frequency: str, kinds: str) -> None:
        runs.run_digests()
        self.ask("a@example.org", thing, frequency, kinds)
        self.confirm("a@example.org")

    def query(self, thing: str) -> Query:
        if thing == "all":
            return EVERYTHING
        return of_decision(self.world["land"].pk) if thing == "one" else make.about_topic(thing)

    def reader(self, address: str) -> Subscriber | None:
        return Subscriber.objects.filter(address=address).first()

    @rule(address=ADDRESSES, thing=THINGS, frequency=OFTEN, kinds=KINDS)
    def ask(self, address: str, thing: str, frequency: str, kinds: str) -> None:
        services.ask_subscription(
            address=address,
            query=self.query(thing),
            frequency=frequency,
            kinds=kinds,
            language="kk",
        )

    @rule(address=ADDRESSES)
    def confirm(self, address: str) -> None:
        reader = self.reader(address)
        if reader is None:
            return
        mine = self.follows.setdefault(address, {})
        for row in services.confirm_subscriptions(subscriber=reader):
            thing = self.thing_of(row)
            if thing not in mine:
                mine[thing] = Followed(row.pk, thing, row.frequency, row.kinds)
                self.ever.setdefault(address, []).append(mine[thing])

    def thing_of(self, row: Subscription) -> str:
        return next(
            one
            for one in ("all", "land", "money", "one")
            if row.query.digest == self.query(one).digest
        )

    def one_of(self, pick: int) -> tuple[Followed, Subscription] | None:
        """Any subscription of any reader, so that few draws miss."""
        every = [one for mine in self.follows.values() for one in mine.values()]
        one = every[pick % len(every)] if every else None
        return (one, Subscription.objects.get(pk=one.pk)) if one else None

    @rule(pick=PICKS, frequency=OFTEN, kinds=KINDS)
    def wish(self, pick: int, frequency: str, kinds: str) -> None:
        if found := self.one_of(pick):
            one, row = found
            wishes.change_subscription(subscription=row, frequency=frequency, kinds=kinds)
            if frequency != one.frequency:  # the next window of that frequency tells it
                one.owed = dict.fromkeys(one.owed, clock.now())
            one.frequency, one.kinds = frequency, kinds
            one.due = {pk for pk in one.due if self.changes[pk].wanted_by(one)}

    @rule(pick=PICKS, language=st.sampled_from(["kk", "ru"]))
    def read_in(self, pick: int, language: str) -> None:
        if found := self.one_of(pick):
            services.change_reader(subscriber=found[1].subscriber, language=language)

    @rule(pick=PICKS, days=st.integers(0, 12))
    def mute(self, pick: int, days: int) -> None:
        if found := self.one_of(pick):
            one, row = found
            until = clock.today() + dt.timedelta(days=days) if days else None
            wishes.change_subscription(subscription=row, muted_until=until)
            if until and until != one.muted_until:
                one.owed |= dict.fromkeys(one.due, clock.now())
                one.due.clear()
            one.muted_until = until

    @rule(address=ADDRESSES, thing=THINGS, frequency=OFTEN, kinds=KINDS)
    def follow(self, address: str, thing: str, frequency: str, kinds: str) -> None:
        self.ask(address, thing, frequency, kinds)
        self.confirm(address)

    @rule(pick=PICKS, really=RARELY)
    def unsubscribe(self, pick: int, really: int) -> None:
        if not really and (found := self.one_of(pick)):
            one, row = found
            services.end_subscriptions(subscriber=row.subscriber, ids=[row.pk], how="machine")
            del self.follows[row.subscriber.address][one.thing]
            self.nothing_waits(row.subscriber, one.pk)

    @rule(address=ADDRESSES, really=RARELY)
    def unsubscribe_from_all(self, address: str, really: int) -> None:
        reader = self.reader(address)
        if reader is not None and really == 1:
            services.end_subscriptions(subscriber=reader, how="machine")
            self.follows[address] = {}
            self.nothing_waits(reader)

    @rule(address=ADDRESSES, really=RARELY)
    def erase(self, address: str, really: int) -> None:
        reader = self.reader(address)
        if reader is None or really != 1:
            return
        services.erase_subscriber(subscriber=reader)
        self.follows[address], self.ever[address] = {}, []
        self.told = Counter({key: n for key, n in self.told.items() if key[0] != address})
        self.counts["erased"] += 1
        assert not Subscriber.objects.filter(address=address).exists()
        assert not OutgoingMail.objects.filter(recipient=address).exists()
        assert Consent.objects.filter(digest=reader.digest, event="erased").exists()

    def nothing_waits(self, reader: Subscriber, ended: int | None = None) -> None:
        """Nothing of what was ended can leave; the rest of its mails can."""
        waiting = OutgoingMail.objects.filter(group=reader.group, state__in=["pending", "leased"])
        if ended is None:
            assert not waiting.exists()
        rows = reader.told.filter(mail_key__in=waiting.values("key"))
        assert not any(str(ended) in row.parts for row in rows)

    # -- the record --------------------------------------------------------------

    @rule(topic=TOPICS, aspect=ASPECTS)
    def change(self, topic: str, aspect: str) -> None:
        self.numbers += 1
        before = set(Change.objects.values_list("pk", flat=True))
        # Read anew: what an undone history wrote on the object is not in the database.
        decision = Decision.objects.get(pk=self.world[topic].pk)
        if aspect == "other":
            update_decision(decision=decision, adoption_number=f"{self.numbers}-n", by=None)
        else:
            add_deadline(
                decision=decision,
                kind=self.world["kind"],
                date=clock.today() + dt.timedelta(days=150 + self.numbers),
                source="https://adilet.zan.kz/",
                by=None,
            )
        for row in Change.objects.exclude(pk__in=before):
            things = {"all", topic} | ({"one"} if topic == "land" else set())
            self.changes[row.pk] = Told(things, aspect)
            for mine in self.follows.values():
                for one in mine.values():
                    if one.thing in things:
                        one.owed[row.pk] = row.at

    # -- the clock ---------------------------------------------------------------

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        """However long: the sweep is never away for a week, or the gap would wait for a person."""
        while minutes:
            step = min(minutes, AWAKE - self.idle)
            if not step:
                self.run()
                continue
            self.now += dt.timedelta(minutes=step)
            self.time.move_to(self.now, tick=False)
            self.idle, minutes = self.idle + step, minutes - step

    @rule()
    def mails_leave(self) -> None:
        """What waits is handed over: only what its reader wants at this moment, and all of it."""
        self.counts["made anew"] += make_mails_anew()
        assert not DigestRunSubscriber.objects.filter(again=True).exists()
        waiting = OutgoingMail.objects.filter(state="pending")
        rows = DigestRunSubscriber.objects.filter(
            mail_key__in=waiting.filter(template="digest").values("key")
        ).select_related("subscriber")
        for row in rows:
            self.counts["mails"] += 1
            address = row.subscriber.address
            mail = waiting.get(key=row.mail_key)
            served = Subscription.objects.filter(pk__in=[int(pk) for pk in row.parts])
            assert mail.language == language_of(served, row.subscriber)
            assert mail.recipient == address
            follows = [one for one in self.follows.get(address, {}).values() if self.awake(one)]
            for pk in row.changes:
                self.told[address, pk] += 1
                assert any(self.changes[pk].wanted_by(one) for one in follows), (address, pk)
            topics = {topic for pk in row.changes for topic in self.changes[pk].things}
            said = text_of(mail)
            for topic, title in TITLES.items():
                assert (title in said) == (topic in topics), (topic, said)
        waiting.update(state="sent", sent_at=clock.now())
        for (address, pk), times in self.told.items():
            asked = [one for one in self.ever[address] if one.thing in self.changes[pk].things]
            assert times <= len(asked), "told twice by one subscription"
        for address, mine in self.follows.items():
            for one in mine.values():
                lost = {pk for pk in one.due if not self.told[address, pk]}
                assert not lost, f"{address} lost {lost} of {one}"
                one.due.clear()

    @rule()
    def a_server_puts_off_what_waits(self) -> None:
        waiting = OutgoingMail.objects.filter(state="pending")
        self.counts["put off"] += waiting.update(cause="later", reason="451", attempts=1, put_off=1)

    @rule(topic=TOPICS, aspect=ASPECTS, minutes=MINUTES)
    def a_change_and_a_run_later(self, topic: str, aspect: str, minutes: int) -> None:
        self.change(topic, aspect)
        self.time_passes(minutes)
        self.run()

    @rule(
        address=ADDRESSES,
        frequency=OFTEN,
        kinds=KINDS,
        aspect=ASPECTS,
        then=st.sampled_from(["", "end"]),
    )
    def a_mail_of_two_wishes_waits(
        self, address: str, frequency: str, kinds: str, aspect: str, then: str
    ) -> None:
        self.mails_leave()
        for topic in ("land", "money"):
            self.follow(address, topic, frequency, kinds)
            self.change(topic, aspect)
        self.time_passes(60 * 24 * (7 if frequency == "weekly" else 1))
        self.run()
        one = self.follows[address]["land"]
        if then == "end":
            row = Subscription.objects.get(pk=one.pk)
            services.end_subscriptions(subscriber=row.subscriber, ids=[row.pk], how="machine")
            del self.follows[address]["land"]
            self.nothing_waits(row.subscriber, one.pk)

    @rule(frequency=st.sampled_from(["daily", "weekly"]))
    def an_issue_is_cancelled(self, frequency: str) -> None:
        """Its changes stand in the next; whoever changes something meanwhile loses nothing."""
        editorials.hold_issue(frequency=frequency, by=self.world["person"], after="leave")
        self.time_passes(60 * 24 * (7 if frequency == "weekly" else 1))
        self.run()
        if DigestRun.objects.filter(frequency=frequency, state="open").exists():
            editorials.cancel_issue(frequency=frequency, by=self.world["person"])
            self.counts["cancelled"] += 1
            self.run()

    @precondition(lambda self: self.changes)
    @rule()
    def run(self) -> None:
        before = set(DigestRunSubscriber.objects.values_list("pk", flat=True))
        self.idle = 0
        runs.run_digests()
        assert not DigestRun.objects.filter(state="open", editorial__held_at=None).exists()
        rows = DigestRunSubscriber.objects.exclude(pk__in=before).select_related(
            "subscriber", "run"
        )
        for row in rows:
            address = row.subscriber.address
            mail = OutgoingMail.objects.get(key=row.mail_key)
            assert mail.recipient == address
            due = [
                one
                for one in self.follows.get(address, {}).values()
                if one.frequency == row.run.frequency and self.awake(one)
            ]
            for pk in row.changes:
                # Consent: something of this reader, awake, of this frequency, asks for it.
                assert any(self.changes[pk].wanted_by(one) for one in due), (address, pk)
        self.what_is_over_is_due()

    def awake(self, one: Followed) -> bool:
        return one.muted_until is None or one.muted_until <= clock.today()

    def what_is_over_is_due(self) -> None:
        """What changed before the end of a window whose mails were made while they were wanted."""
        told = DigestRun.objects.filter(state="done").exclude(editorial__outcome="cancelled")
        done = list(told.order_by("window_end"))
        for mine in self.follows.values():
            for one in mine.values():
                if not self.awake(one):
                    continue
                ends = [
                    run.window_end
                    for run in done
                    if run.frequency == one.frequency
                    and run.finished_at
                    and run.finished_at.astimezone(clock.ALMATY).date()
                    >= (one.muted_until or dt.date.min)
                ]
                over = [pk for pk, at in one.owed.items() if ends and at < ends[-1]]
                for pk in over:
                    if self.changes[pk].wanted_by(one):
                        one.due.add(pk)
                    del one.owed[pk]


@pytest.mark.django_db
def test_any_history_of_consent_and_runs() -> None:
    land, money = make.topic("land"), make.topic("money")
    kind = DeadlineKind.objects.create(key="comment", **make.names("Comments"))
    Consents.world = {
        "land": make.decision(TITLES["land"], topics=[land], announce=False),
        "money": make.decision(TITLES["money"], topics=[money], announce=False),
        "kind": kind,
        "person": make_person(),
    }
    run_state_machine_as_test(
        Consents,
        settings=settings(
            max_examples=int(os.environ.get("CONSENT_EXAMPLES", "10")),
            stateful_step_count=30,
            deadline=None,
            derandomize="CONSENT_EXAMPLES" not in os.environ,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(dict(Consents.counts))
