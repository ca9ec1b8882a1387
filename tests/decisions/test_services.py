"""Facts of decisions: written through services, with their sources."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coalition.accounts.models import User
from monitoring.decisions.models import Decision, Edition, FieldSource, Link, StageEvent
from monitoring.decisions.search import from_db, hits, queryset, visible
from monitoring.decisions.services import (
    ConflictError,
    add_stage_event,
    create_decision,
    publish_decision,
    update_decision,
    withdraw_decision,
)
from monitoring.decisions.steps import in_order
from monitoring.decisions.wording import sentence
from monitoring.evidence.models import AppendOnlyError
from monitoring.journal.models import Change
from tests.factories.record import make_body, make_decision, make_kind, make_stage, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst() -> User:
    return User.objects.create_user("analyst@example.org", "secret")


def test_each_fact_answers_where_it_is_from(analyst: User) -> None:
    decision = make_decision(source="https://adilet.zan.kz/kaz/docs/X1", bodies=[make_body()])
    first = FieldSource.objects.get(decision=decision, field="date")
    assert (first.value, first.source, first.by) == (
        "2024-05-31",
        "https://adilet.zan.kz/kaz/docs/X1",
        None,
    )
    update_decision(decision=decision, date=dt.date(2024, 6, 1), by=analyst)
    last = FieldSource.objects.filter(decision=decision, field="date").latest("pk")
    assert (last.value, last.by) == ("2024-06-01", analyst)


def test_a_machine_does_not_overwrite_what_a_person_corrected(analyst: User) -> None:
    decision = make_decision()
    decision = update_decision(decision=decision, adoption_number="8", by=analyst)
    decision = update_decision(decision=decision, adoption_number="9", register_number="55")
    assert (decision.adoption_number, decision.register_number) == ("8", "55")


def test_a_newer_version_is_not_overwritten(analyst: User) -> None:
    decision = make_decision()
    update_decision(decision=decision, version=1, adoption_number="8", by=analyst)
    with pytest.raises(ConflictError) as refused:
        update_decision(decision=decision, version=1, adoption_number="9", by=analyst)
    assert refused.value.current.adoption_number == "8"
    assert Decision.objects.get().adoption_number == "8"


def test_a_correction_that_changes_nothing_is_no_new_version(analyst: User) -> None:
    decision = make_decision(bodies=[make_body()], links=["https://adilet.zan.kz/kaz/docs/X1"])
    same = update_decision(
        decision=decision,
        adoption_number="7",
        bodies=[make_body()],
        links=["https://adilet.zan.kz/kaz/docs/X1"],
        by=analyst,
    )
    assert same.version == decision.version
    assert Change.objects.count() == 1


def test_a_refused_decision_leaves_nothing_behind() -> None:
    with pytest.raises(ValidationError):
        create_decision(kind=make_kind(), editions={"kk": {"title": ""}}, public=True)
    with pytest.raises(ValidationError):
        create_decision(kind=make_kind(), links=["not an address"])
    assert not Decision.objects.exists()
    assert not Change.objects.exists()


def test_the_same_source_twice_is_kept_once() -> None:
    decision = make_decision(links=["https://a.kz/1", {"url": "https://a.kz/1"}])
    assert Link.objects.filter(decision=decision).count() == 1


def test_a_step_is_only_ever_added() -> None:
    decision = make_decision()
    event = add_stage_event(decision=decision, stage=make_stage(), date=dt.date(2024, 5, 31))
    event.note = "rewritten"
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        event.delete()
    with pytest.raises(AppendOnlyError):
        StageEvent.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        StageEvent.objects.update(note="rewritten")


def test_a_mistaken_step_is_replaced_by_another_or_by_nothing() -> None:
    decision = make_decision()
    stage = make_stage()
    wrong = add_stage_event(decision=decision, stage=stage, date=dt.date(2023, 5, 31))
    right = add_stage_event(
        decision=decision, stage=stage, date=dt.date(2024, 5, 31), replaces=wrong
    )
    assert Change.objects.latest("pk").after["stages"] == [
        {"id": right.pk, "stage": "adopted", "date": "2024-05-31", "precision": "day"}
    ]
    add_stage_event(decision=decision, stage=stage, replaces=right, void=True)
    assert Change.objects.latest("pk").after["stages"] == []


def test_steps_stand_in_order_and_an_undated_one_before_the_next_later_stage() -> None:
    decision = make_decision()
    late = add_stage_event(
        decision=decision, stage=make_stage("withdrawn", 90, ends=True), date=dt.date(2024, 5, 15)
    )
    undated = add_stage_event(decision=decision, stage=make_stage("introduced", 20))
    first = add_stage_event(
        decision=decision, stage=make_stage("consultation", 10), date=dt.date(2021, 1, 1)
    )
    assert in_order(decision.stage_events.all()) == [first, undated, late]
    assert undated.precision == "unknown"


def test_the_database_refuses_what_services_would() -> None:
    decision = make_decision()
    for wrong in ({"date": None}, {"year": None}, {"visibility": "withdrawn"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=decision.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(decision=decision).update(title="", official_title="")


def test_search_sees_public_decisions_only_and_all_their_words(analyst: User) -> None:
    hidden = make_decision(public=False)
    decision = make_decision(
        bodies=[make_body()],
        topics=[make_topic()],
        editions={
            "kk": {"title": "Ауыл бюджеті", "summary": "Ауыл өз ақшасын өзі жұмсайды"},
            "ru": {"title": "Бюджет села"},
        },
        codes={"adilet": "Z2400000007"},
    )
    assert [row.pk for row in queryset()] == [decision.pk]
    document = from_db(queryset().get())
    assert document.texts["ru"].title == "Бюджет села"
    assert "өз ақшасын" in document.texts["kk"].body
    assert document.facets["body"] == ("senate",)
    assert document.facets["topic"] == ("finance",)
    assert document.numbers == ("7", "Z2400000007")
    assert visible([hidden.pk, decision.pk]) == {decision.pk}
    shown = hits([hidden.pk, decision.pk], "en")
    assert list(shown) == [decision.pk]
    assert shown[decision.pk].language == "kk"
    assert shown[decision.pk].address.startswith(f"/en/laws/{decision.pk}-")
    withdraw_decision(decision=decision, by=analyst)
    assert hits([decision.pk], "kk") == {}
    publish_decision(decision=hidden, by=analyst)
    assert from_db(queryset().get()).texts["ru"].title


def test_changes_are_told_in_words() -> None:
    decision = make_decision()
    add_stage_event(
        decision=decision, stage=make_stage(), date=dt.date(2024, 5, 1), precision="month"
    )
    update_decision(decision=decision, register_number="123")
    told = [sentence(change, "en") for change in Change.objects.order_by("pk")]
    assert told == [
        "Added to the record",
        "New stage: adopted en, May 2024",
        "Details corrected or completed: number in the register of acts",
    ]
