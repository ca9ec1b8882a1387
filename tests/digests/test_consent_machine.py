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
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitoring.core import clock
from monitoring.decisions.models import DeadlineKind
from monitoring.decisions.services import add_deadline, update_decision
from monitoring.digests import runs, services, wishes
from monitoring.digests.models import (
    Consent,
    DigestRun,
    DigestRunSubscriber,
    Subscriber,
    Subscription,
)
from monitoring.digests.queries import EVERYTHING, of_decision
from monitoring.journal.models import Change
from monitoring.mailing.models import OutgoingMail
from monitoring.search.query import Query
from tests.factories import digests as make

ADDRESSES = st.sampled_from(["a@example.org", "b@example.org"])
THINGS = st.sampled_from(["all", "land", "money", "one"])
OFTEN = st.sampled_from(["immediate", "daily", "weekly"])
KINDS = st.sampled_from(["", "", "stage,deadline", "text"])
ASPECTS = st.sampled_from(["other", "deadline"])
TOPICS = st.sampled_from(["land", "money"])
PICKS = st.integers(0, 7)
MINUTES = st.sampled_from([7, 60 * 24, 60 * 24 * 4, 60 * 10, 2])
RARELY = st.integers(0, 5)
"""Ends are drawn as often as beginnings; few of them happen, or nobody would follow anything."""


@dataclass
class Followed:
    """A confirmed subscription as the model knows it; `owed` are changes it is to be told."""

    pk: int
    thing: str
    frequency: str
    kinds: str
    muted_until: dt.date | None = None
    owed: dict[int, dt.datetime] = field(default_factory=dict)


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
        self.numbers = 0

    def teardown(self) -> None:
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
            one.frequency, one.kinds = frequency, kinds

    @rule(pick=PICKS, days=st.integers(0, 12))
    def mute(self, pick: int, days: int) -> None:
        if found := self.one_of(pick):
            one, row = found
            until = clock.today() + dt.timedelta(days=days) if days else None
            wishes.change_subscription(subscription=row, muted_until=until)
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
            self.nothing_waits(row.subscriber)

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
        assert not Subscriber.objects.filter(address=address).exists()
        assert not OutgoingMail.objects.filter(recipient=address).exists()
        assert Consent.objects.filter(digest=reader.digest, event="erased").exists()

    def nothing_waits(self, reader: Subscriber) -> None:
        waiting = OutgoingMail.objects.filter(group=reader.group, state__in=["pending", "leased"])
        assert not waiting.exists()

    # -- the record --------------------------------------------------------------

    @rule(topic=TOPICS, aspect=ASPECTS)
    def change(self, topic: str, aspect: str) -> None:
        self.numbers += 1
        before = set(Change.objects.values_list("pk", flat=True))
        decision = self.world[topic]
        if aspect == "other":
            update_decision(decision=decision, adoption_number=f"{self.numbers}-n", by=None)
        else:
            add_deadline(
                decision=decision,
                kind=self.world["kind"],
                date=dt.date(2027, 6, 1) + dt.timedelta(days=self.numbers),
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
        self.now += dt.timedelta(minutes=minutes)
        self.time.move_to(self.now, tick=False)

    @rule()
    def mails_leave(self) -> None:
        OutgoingMail.objects.filter(state="pending").update(state="sent", sent_at=clock.now())

    @rule(topic=TOPICS, aspect=ASPECTS, minutes=MINUTES)
    def a_change_and_a_run_later(self, topic: str, aspect: str, minutes: int) -> None:
        self.change(topic, aspect)
        self.time_passes(minutes)
        self.run()

    @precondition(lambda self: self.changes)
    @rule()
    def run(self) -> None:
        before = set(DigestRunSubscriber.objects.values_list("pk", flat=True))
        runs.run_digests()
        assert not DigestRun.objects.filter(state="open").exists()
        fresh: Counter[tuple[str, int]] = Counter()
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
                fresh[address, pk] += 1
                # Consent: something of this reader, awake, of this frequency, asks for it.
                assert any(self.changes[pk].wanted_by(one) for one in due), (address, pk)
        self.told += fresh
        for (address, pk), times in self.told.items():
            asked = [one for one in self.ever[address] if one.thing in self.changes[pk].things]
            assert times <= len(asked), "told twice by one subscription"
        self.nobody_lost_any()

    def awake(self, one: Followed) -> bool:
        return one.muted_until is None or one.muted_until <= clock.today()

    def nobody_lost_any(self) -> None:
        ends = {
            run.frequency: run.window_end
            for run in DigestRun.objects.filter(state="done").order_by("window_end")
        }
        for address, mine in self.follows.items():
            for one in mine.values():
                if not self.awake(one):
                    continue
                over = [pk for pk, at in one.owed.items() if at < ends[one.frequency]]
                for pk in over:
                    if self.changes[pk].wanted_by(one):
                        assert self.told[address, pk], f"{address} lost {pk} of {one}"
                    del one.owed[pk]


@pytest.mark.django_db
def test_any_history_of_consent_and_runs() -> None:
    land, money = make.topic("land"), make.topic("money")
    kind = DeadlineKind.objects.create(key="comment", **make.names("Comments"))
    Consents.world = {
        "land": make.decision("Жер кодексі", topics=[land], announce=False),
        "money": make.decision("Бюджет кодексі", topics=[money], announce=False),
        "kind": kind,
    }
    run_state_machine_as_test(
        Consents,
        settings=settings(
            max_examples=int(os.environ.get("CONSENT_EXAMPLES", "10")),
            stateful_step_count=30,
            deadline=None,
            derandomize="CONSENT_EXAMPLES" not in os.environ,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
