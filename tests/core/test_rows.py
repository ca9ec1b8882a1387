"""Leases and buckets: two at once cannot have the same thing."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connections

from monitoring.core.models import Lease, TokenBucket
from monitoring.core.services import prune_leftovers, take_token

START = dt.datetime(2026, 11, 21, 3, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_a_lease_belongs_to_one_holder_until_it_ends() -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert Lease.objects.take("indexer", "one", 60)
        assert not Lease.objects.take("indexer", "two", 60)
        assert Lease.objects.take("indexer", "one", 60), "its holder may renew it"
        clock.shift(61)
        assert Lease.objects.take("indexer", "two", 60)
        assert not Lease.objects.take("indexer", "one", 60)


@pytest.mark.django_db
def test_only_its_holder_gives_a_lease_back() -> None:
    Lease.objects.take("indexer", "one", 60)
    Lease.objects.give_back("indexer", "two")
    assert not Lease.objects.take("indexer", "two", 60)
    Lease.objects.give_back("indexer", "one")
    assert Lease.objects.take("indexer", "two", 60)


@pytest.mark.django_db
def test_a_bucket_is_empty_after_its_capacity_and_refills_with_time() -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert [take_token(key="k", capacity=2, per_seconds=60) for _ in range(3)] == [
            True,
            True,
            False,
        ]
        clock.shift(30)
        assert take_token(key="k", capacity=2, per_seconds=60)
        assert not take_token(key="k", capacity=2, per_seconds=60)


@pytest.mark.django_db
def test_a_clock_that_goes_back_gives_no_tokens() -> None:
    with time_machine.travel(START, tick=False):
        assert take_token(key="k", capacity=1, per_seconds=60)
    with time_machine.travel(START - dt.timedelta(hours=1), tick=False):
        assert not take_token(key="k", capacity=1, per_seconds=60)


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_take_no_more_than_the_bucket_holds() -> None:
    taken: list[bool] = []

    def take() -> None:
        taken.append(take_token(key="k", capacity=3, per_seconds=3600))
        connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 3


@pytest.mark.django_db
def test_buckets_idle_for_a_day_are_removed() -> None:
    with time_machine.travel(START, tick=False) as clock:
        take_token(key="k", capacity=1, per_seconds=60)
        clock.shift(dt.timedelta(hours=25))
        prune_leftovers()
    assert not TokenBucket.objects.exists()
