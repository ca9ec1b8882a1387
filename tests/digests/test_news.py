"""Only what changed for a reader is news: not what was published again, filled in, or undone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from monitoring.decisions.merging import merge_decisions, unmerge_decisions
from monitoring.decisions.models import Decision, Stage
from monitoring.decisions.services import (
    add_stage_event,
    publish_decision,
    update_decision,
    withdraw_decision,
)
from monitoring.digests.models import Aspect
from monitoring.digests.queries import EVERYTHING, query_of
from monitoring.search.query import Query
from monitoring.vocabulary.models import Region
from tests.digests.test_runs import close, digest_mails, forget_the_last_press, text_of
from tests.factories import digests as make

pytestmark = pytest.mark.django_db


def mails_of(operator: Any) -> int:
    """The mails of another run."""
    before = len(digest_mails())
    forget_the_last_press()
    close(operator)
    return len(digest_mails()) - before


@pytest.fixture
def told(operator: Any) -> Decision:
    """A decision that one reader was told of."""
    make.subscriber()
    decision = make.decision()
    assert mails_of(operator) == 1
    return decision


def test_published_again_with_the_same_content_is_no_news(told: Decision, operator: Any) -> None:
    withdraw_decision(decision=told, by=operator)
    assert mails_of(operator) == 0
    publish_decision(decision=told, by=operator)
    assert mails_of(operator) == 0
    withdraw_decision(decision=told, by=operator)
    publish_decision(decision=told, by=operator)
    assert mails_of(operator) == 0
    update_decision(decision=told, adoption_number="77", by=operator)
    assert mails_of(operator) == 1


def test_what_came_back_with_another_content_is_news(told: Decision, operator: Any) -> None:
    withdraw_decision(decision=told, by=operator)
    assert mails_of(operator) == 0
    update_decision(decision=told, adoption_number="77", by=operator)
    publish_decision(decision=told, by=operator)
    assert mails_of(operator) == 1


def test_what_was_withdrawn_before_anybody_heard_of_it_is_news_when_it_comes(operator: Any) -> None:
    make.subscriber()
    decision = make.decision()
    withdraw_decision(decision=decision, by=operator)
    assert mails_of(operator) == 0
    publish_decision(decision=decision, by=operator)
    assert mails_of(operator) == 1


def test_a_seeded_record_taken_back_and_shown_again_is_no_news(operator: Any) -> None:
    make.subscriber()
    decision = make.decision(announce=False)
    withdraw_decision(decision=decision, by=operator)
    publish_decision(decision=decision, by=operator)
    assert mails_of(operator) == 0


def test_what_was_changed_and_changed_back_within_a_window_is_no_news(
    told: Decision, operator: Any
) -> None:
    update_decision(decision=told, adoption_number="77", by=operator)
    update_decision(decision=told, adoption_number="", by=operator)
    assert mails_of(operator) == 0
    update_decision(decision=told, adoption_number="77", by=operator)
    assert mails_of(operator) == 1
    update_decision(decision=told, adoption_number="", by=operator)
    assert mails_of(operator) == 1  # who was told the wrong number is told the right one


def test_saving_without_a_change_and_back_filling_tell_nobody(
    told: Decision, operator: Any
) -> None:
    update_decision(decision=told, adoption_number=told.adoption_number, by=operator)
    publish_decision(decision=told, by=operator)
    make.decision("2009 жылғы заң", date=dt.date(2009, 1, 1), announce=False)
    assert mails_of(operator) == 0


def test_comma_edits_reach_only_whoever_asked_for_every_change(
    told: Decision, operator: Any
) -> None:
    reader = make.subscriber("stages@example.org")
    reader.subscriptions.update(kinds=Aspect.STAGE)
    update_decision(decision=told, adoption_number="77", by=operator)
    assert mails_of(operator) == 1
    assert digest_mails()[-1].recipient == "reader@example.org"
    stage = Stage.objects.create(key="adopted", order=1, **make.names("Adopted"))
    add_stage_event(decision=told, stage=stage, date=dt.date(2026, 11, 3), by=operator)
    assert mails_of(operator) == 2


def test_merging_two_records_and_parting_them_again_is_no_news(
    told: Decision, operator: Any
) -> None:
    other = make.decision("Сол заңның екінші жазбасы", announce=False)
    merge = merge_decisions(kept=told, gone=other, by=operator)
    assert mails_of(operator) == 0
    unmerge_decisions(merge=merge, by=operator)
    assert mails_of(operator) == 0


def test_whatever_can_be_followed_is_found_the_same_way(operator: Any) -> None:
    land, senate = make.topic("land"), make.body("senate")
    region = Region.objects.create(
        code="KZ-99", lat=48, lon=67, tile_row=0, tile_col=0, **make.names("Region")
    )
    facts = {"topics": [land], "bodies": [senate], "region": region}
    decision = make.decision("Жер кодексі", announce=False, **facts)
    abouts = ["all", "topic:land", "body:senate", "region:KZ-99", f"decision:{decision.pk}"]
    for number, about in enumerate(abouts):
        query = query_of(about)
        assert query is not None
        make.subscriber(f"r{number}@example.org", query)
    make.subscriber("search@example.org", Query.parse("жердің кодексі"))
    make.subscriber("never@example.org", Query.parse("басқа topic:land"))
    make.subscriber("one@example.org", query_of(f"decision:{decision.pk + 1}") or EVERYTHING)
    update_decision(decision=decision, adoption_number="77", by=operator)
    assert mails_of(operator) == 6
    assert {mail.recipient for mail in digest_mails()} == {
        *(f"r{number}@example.org" for number in range(5)), "search@example.org",
    }  # fmt: skip
    assert "77" in text_of(digest_mails()[0])
