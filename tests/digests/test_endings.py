"""What is followed ends: the subscription says why, its reader is told once, or it moves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from monitoring.core import clock
from monitoring.decisions.merging import merge_decisions, unmerge_decisions
from monitoring.decisions.services import withdraw_decision
from monitoring.digests import endings
from monitoring.digests.models import Subscription
from monitoring.digests.queries import of_decision
from monitoring.institutions.models import Body
from monitoring.mailing.models import OutgoingMail
from monitoring.search.query import Query
from tests.digests.test_runs import text_of
from tests.factories import digests as make

pytestmark = pytest.mark.django_db


def notices() -> list[str]:
    return [text_of(one) for one in OutgoingMail.objects.filter(template="ended").order_by("pk")]


def test_a_removed_document_ends_it_an_hour_later_with_one_notice(time_machine: Any) -> None:
    decision = make.decision()
    row = make.subscription(make.subscriber("a@example.org", of_decision(decision.pk)))
    withdraw_decision(decision=decision, by=None)
    assert endings.end_what_is_over() == 0
    time_machine.move_to(clock.now() + dt.timedelta(hours=2))
    assert endings.end_what_is_over() == 1
    assert endings.end_what_is_over() == 0
    row.refresh_from_db()
    assert (row.ended_because, row.ended_at is not None) == ("withdrawn", True)
    (text,) = notices()
    assert "тізілімнен алынды" in " ".join(text.split())


def test_a_merged_document_takes_its_followers_along(operator: Any) -> None:
    kept, gone = make.decision(number="7"), make.decision("Қайталанған", number="8")
    one = make.subscription(make.subscriber("a@example.org", of_decision(gone.pk)))
    both = make.subscriber("b@example.org", of_decision(gone.pk), of_decision(kept.pk))
    merge = merge_decisions(kept=kept, gone=gone, by=operator)
    assert endings.end_what_is_over() == 2
    one.refresh_from_db()
    assert (one.decision_id, one.ended_at) == (kept.pk, None)
    assert one.query.query["filters"] == {"decision": [str(kept.pk)]}
    assert [row.decision_id for row in both.subscriptions.active()] == [kept.pk]
    assert both.subscriptions.exclude(ended_at=None).get().ended_because == "merged"
    assert len(notices()) == 2
    assert f"/kk/zandar/{kept.pk}-" in notices()[0]
    unmerge_decisions(merge=merge, by=operator)
    assert endings.end_what_is_over() == 0


def test_a_dissolved_body_ends_it_and_its_successor_is_offered() -> None:
    old, new = make.body("senate"), make.body("kurultai")
    query = Query(filters=(("body", ("senate",)),))
    row = make.subscription(make.subscriber("a@example.org", query, language="ru"))
    assert endings.end_what_is_over() == 0
    tomorrow = clock.today() + dt.timedelta(days=1)
    Body.objects.filter(pk=old.pk).update(date_to=tomorrow, successor=new)
    assert endings.end_what_is_over() == 0
    Body.objects.filter(pk=old.pk).update(date_to=clock.today() - dt.timedelta(days=9))
    # Whoever subscribed after its end knew of it.
    assert endings.end_what_is_over() == 0
    Subscription.objects.update(created_at=clock.now() - dt.timedelta(days=30))
    assert endings.end_what_is_over() == 1
    row.refresh_from_db()
    assert row.ended_because == "dissolved"
    (text,) = notices()
    assert "kurultai body ru" in text
    assert "about=body:kurultai" in text


def test_a_removed_topic_ends_it_and_an_unconfirmed_request_ends_in_silence() -> None:
    topic = make.topic("land")
    make.subscriber("a@example.org", make.about_topic("land"))
    from monitoring.digests.services import ask_subscription

    ask_subscription(
        address="b@example.org",
        query=make.about_topic("land"),
        frequency="daily",
        language="kk",
    )
    topic.delete()
    assert endings.end_what_is_over() == 2
    assert set(Subscription.objects.values_list("ended_because", flat=True)) == {"gone"}
    assert len(notices()) == 1
