"""A subscription is told of the kinds of change that it asked for; rows made in memory."""

from __future__ import annotations

from typing import Any

import pytest

from monitoring.digests.choosing import aspects, language_of, wants
from monitoring.digests.models import ESSENTIAL, DigestRun, Subscriber, Subscription
from monitoring.journal.models import Change

STAGE: dict[str, Any] = {"stages": [{"id": 1, "stage": "adopted"}]}
DEADLINE: dict[str, Any] = {"deadlines": [{"date": "2026-11-24"}]}
TEXT: dict[str, Any] = {"editions": {"kk": "a"}}


def change(kind: str = "updated", position: int = 5, **after: Any) -> Change:
    return Change(kind=kind, position=position, before={}, after=after)


@pytest.mark.parametrize(
    ("row", "essential", "text_only"),
    [
        (change(**STAGE), True, False),
        (change("stage"), True, False),
        (change(**DEADLINE), True, False),
        (change("deadline", number="7"), True, False),
        (change("edition", **TEXT), False, True),
        (change(number="7-VIII"), False, False),
        (change(number="7-VIII", **TEXT), False, True),
        (change("published", **TEXT), True, True),
        (change("relation", relations=[1]), True, True),
    ],
)
def test_no_comma_edits_for_whoever_asked_for_stage_and_deadline(
    row: Change, essential: bool, text_only: bool
) -> None:
    run = DigestRun(first_position=4)
    assert wants(Subscription(kinds=ESSENTIAL), row, run) == essential
    assert wants(Subscription(kinds="text"), row, run) == text_only
    assert wants(Subscription(), row, run)


def test_what_was_told_is_not_told_again() -> None:
    run = DigestRun(first_position=5)
    assert not wants(Subscription(), change(position=5), run)
    assert wants(Subscription(), change(position=6), run)
    assert wants(Subscription(since=3), change(position=4), run)
    assert not wants(Subscription(since=9), change(position=9), run)


def test_a_change_of_two_things_is_of_both_kinds() -> None:
    assert aspects(change("stage", **DEADLINE)) == {"stage", "deadline"}


def test_a_mail_is_in_the_language_of_its_subscriptions_if_they_agree() -> None:
    reader = Subscriber(language="kk")
    assert language_of([Subscription(language="ru")], reader) == "ru"
    assert language_of([Subscription(language="ru"), Subscription(language="ru")], reader) == "ru"
    assert language_of([Subscription(language="ru"), Subscription()], reader) == "kk"
    assert language_of([], reader) == "kk"
