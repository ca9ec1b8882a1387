"""Procedures as data: the six of the seed, one timeline through a change of procedure."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from monitoring.decisions import seeds
from monitoring.decisions.models import Decision, FieldSource, Procedure, ProcedureStep
from monitoring.decisions.path import Happened, Route, Step, Term, draw
from monitoring.decisions.procedures import assign_procedure, remove_procedure, save_procedure
from monitoring.journal.models import Change
from tests.factories.record import make_decision, make_stage

SEED: list[dict[str, Any]] = json.loads((seeds.FOLDER / "procedures.json").read_text("utf-8"))
STAGES: list[dict[str, Any]] = json.loads((seeds.FOLDER / "stages.json").read_text("utf-8"))
BEGIN = dt.date(2026, 3, 2)
WALKS = {
    # key: terms by stage, steps that may be left out, steps not confirmed
    "two-chamber-bill": (
        {"adopted": (60, "days"), "signed": (1, "months")},
        [],
        ["reading-2", "published", "in-force"],
    ),
    "kurultai-bill": (
        {"sent-to-president": (10, "days")},
        [],
        [
            "introduced", "reading-1", "reading-2", "reading-3", "adopted", "sent-to-president",
            "signed", "published", "in-force",
        ],
    ),
    "decree": ({}, [], ["signed", "published", "in-force"]),
    "resolution": (
        {},
        ["consultative-document", "consultation"],
        ["consultative-document", "conclusions", "adopted", "published", "in-force"],
    ),
    "order": ({}, [], ["published", "in-force"]),
    "local-act": ({}, ["draft-published"], ["published", "in-force"]),
}  # fmt: skip
"""What the facts hold of each procedure: nothing else may be counted or called confirmed."""


def route(values: dict[str, Any]) -> Route:
    return Route(
        tuple(
            Step(
                one["stage"],
                Term(one["term"], one["unit"]) if one.get("term") else None,
                one.get("confirmed", False),
                one.get("may_skip", False),
                one.get("ends", False),
            )
            for one in values["steps"]
        )
    )


@pytest.mark.parametrize("values", SEED, ids=lambda values: values["key"])
def test_each_procedure_is_walked_from_its_first_step_to_its_last(values: dict[str, Any]) -> None:
    terms, optional, unread = WALKS[values["key"]]
    way = route(values)
    known = {one["key"] for one in STAGES}
    events: list[Happened] = []
    for number, step in enumerate(way.steps):
        assert step.stage in known
        day = BEGIN + dt.timedelta(days=number)
        line = draw([way], events, day)
        assert line.number == number
        assert line.next is not None
        assert line.next.step == step
        assert step.may_skip == (step.stage in optional)
        assert line.next.confirmed == (step.stage not in unread)
        ahead = [place.state for place in line.places if place.event is None]
        assert ahead == [
            "unconfirmed" if one.stage in unread else "todo" for one in way.steps[number:]
        ]
        if step.stage in terms and number:
            count, unit = terms[step.stage]
            last = BEGIN + dt.timedelta(days=number - 1)
            wanted = last.replace(month=4) if unit == "months" else last + dt.timedelta(days=count)
            assert line.next.by == wanted
        else:
            assert line.next.by is None
        events.append(Happened(step.stage, day))
    line = draw([way], events, BEGIN)
    assert (line.outlook, line.next) == ("complete", None)
    assert [place.state for place in line.places] == ["done"] * len(way.steps)


def test_the_seed_holds_six_procedures_and_no_term_or_confirmation_without_a_source() -> None:
    assert [values["key"] for values in SEED] == list(WALKS)
    for values in SEED:
        for step in values["steps"]:
            if step.get("term") or step.get("confirmed"):
                assert all(step[f"law_{code}"] for code in ("kk", "ru", "en"))
    assert [values["date_to"] for values in SEED][:2] == ["2026-07-01", ""]
    assert SEED[1]["date_from"] == "2026-07-01"


def make_procedure(key: str, *stages: str, **facts: Any) -> Procedure:
    steps = [
        ProcedureStep(stage=make_stage(stage, order), confirmed=True, law_kk="Заң, 1-бап")
        for order, stage in enumerate(stages, 1)
    ]
    names: dict[str, Any] = {f"name_{code}": f"{key} {code}" for code in ("kk", "ru", "en")}
    return save_procedure(key=key, steps=steps, **names, **facts)


@pytest.mark.django_db
def test_a_decision_changes_procedure_at_a_day_and_the_journal_says_so() -> None:
    decision = make_decision()
    old, new = make_procedure("old", "introduced"), make_procedure("new", "reading-1", "adopted")
    day = dt.date(2026, 7, 1)
    assign_procedure(decision=decision, procedure=old, by=None)
    last = assign_procedure(
        decision=decision, procedure=new, since=day, from_step=new.steps.last(), by=None
    )
    assert [one.procedure.key for one in decision.procedures.all()] == ["old", "new"]
    change = Change.objects.of("decision", decision.pk)[0]
    assert change.after["procedures"][-1] == {"procedure": "new", "since": "2026-07-01"}
    assert FieldSource.objects.filter(decision=decision, field="procedure").count() == 2
    remove_procedure(followed=last, by=None)
    assert [one.procedure.key for one in decision.procedures.all()] == ["old"]


@pytest.mark.django_db
def test_what_cannot_be_true_of_a_procedure_is_refused_beside_its_box() -> None:
    decision = make_decision()
    old, new = make_procedure("old", "introduced"), make_procedure("new", "reading-1")
    assign_procedure(decision=decision, procedure=old, by=None)
    for values, field in (
        ({"procedure": new}, "__all__"),
        (
            {"procedure": old, "since": dt.date(2026, 7, 1), "from_step": new.steps.get()},
            "from_step",
        ),
    ):
        with pytest.raises(ValidationError) as refused:
            assign_procedure(decision=decision, by=None, **values)
        assert field in refused.value.message_dict
    for step in ({"term": 10}, {"term": 10, "unit": "days"}, {"confirmed": True}, {"term": 0}):
        with pytest.raises(ValidationError):
            save_procedure(
                key="bad",
                steps=[ProcedureStep(stage=make_stage(), **step)],
                name_kk="к", name_ru="р", name_en="e",
            )  # fmt: skip
    assert not Procedure.objects.filter(key="bad").exists()
    assert Decision.objects.get(pk=decision.pk).procedures.count() == 1


@pytest.mark.django_db
def test_a_step_that_keeps_its_stage_keeps_its_row() -> None:
    procedure = make_procedure("old", "introduced", "adopted")
    before = dict(procedure.steps.values_list("stage__key", "pk"))
    again = make_procedure("old", "adopted", "introduced", "signed")
    after = dict(again.steps.values_list("stage__key", "pk"))
    assert before.items() < after.items()
    assert [step.stage.key for step in again.steps.order_by("sort_order")] == [
        "adopted", "introduced", "signed",
    ]  # fmt: skip
