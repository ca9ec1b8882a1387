"""The six procedures of the seed, and the decisions that are known to have followed one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitoring.core.dates import Precision, parse_partial
from monitoring.core.seeds import Report, apply, read
from monitoring.decisions.models import (
    Decision,
    DecisionKind,
    DecisionProcedure,
    Procedure,
    ProcedureStep,
    Stage,
)
from monitoring.decisions.procedures import assign_procedure, save_procedure
from monitoring.institutions.models import Body, BodyKind

FOLDER = Path(__file__).parent
_FACTS = ("key", "order", "name_kk", "name_ru", "name_en", "verified", "source", "note")
_STEP: dict[str, Any] = {
    **{f"{name}_{code}": "" for name in ("who", "law", "note") for code in ("kk", "ru", "en")},
    "term": None,
    "unit": "",
    "url": "",
    "confirmed": False,
    "may_skip": False,
    "ends": False,
}
"""Columns of a step as they stand where the file says nothing."""
_NAMED: dict[str, Any] = {"stage": Stage, "body": Body, "body_kind": BodyKind}


def seed_procedures(report: Report) -> None:
    """Write the procedures with their steps; a person's changes to either are kept."""
    for values in read(FOLDER / "procedures.json"):
        wanted = {
            **values,
            "kinds": sorted(values["kinds"]),
            "steps": [_whole(step) for step in values["steps"]],
        }
        apply(
            report,
            f"decisions.procedure:{values['key']}",
            wanted,
            lambda key=values["key"]: _as_seeded(key),  # type: ignore[misc]  # bound in the loop
            lambda wanted=wanted: _write(wanted),  # type: ignore[misc]  # bound in the loop
        )


def seed_followed(report: Report) -> None:
    """Which decisions followed which procedure from their beginning."""
    for values in read(FOLDER / "followed.json"):
        decision = Decision.objects.filter(key=values["decision"]).first()
        procedure = Procedure.objects.filter(key=values["procedure"]).first()
        if decision is None or procedure is None:
            continue
        first = DecisionProcedure.objects.filter(decision=decision, since=None)
        apply(
            report,
            f"decisions.followed:{values['decision']}",
            values["procedure"],
            lambda first=first: first.values_list("procedure__key", flat=True).first(),  # type: ignore[misc]  # bound in the loop
            lambda decision=decision, procedure=procedure: _follow(decision, procedure),  # type: ignore[misc]  # bound in the loop
        )


def _follow(decision: Decision, procedure: Procedure) -> None:
    assign_procedure(decision=decision, procedure=procedure, by=None, announce=False)


def _whole(step: dict[str, Any]) -> dict[str, Any]:
    return {**_STEP, "body": "", "body_kind": "", **step}


def _as_seeded(key: str) -> dict[str, Any] | None:
    """A procedure in the shape of the seed file, as it stands now."""
    found = Procedure.objects.filter(key=key).first()
    if found is None:
        return None
    steps = found.steps.select_related(*_NAMED).order_by("sort_order")
    return {
        **{name: getattr(found, name) for name in _FACTS},
        "date_from": found.date_from.isoformat() if found.date_from else "",
        "date_to": found.date_to.isoformat() if found.date_to else "",
        "kinds": sorted(found.kinds.values_list("key", flat=True)),
        "steps": [
            {name: getattr(step, name) for name in _STEP}
            | {name: getattr(getattr(step, name), "key", "") for name in _NAMED}
            for step in steps
        ],
    }


def _write(wanted: dict[str, Any]) -> None:
    facts: dict[str, Any] = {name: wanted[name] for name in _FACTS if name != "key"}
    for name in ("date_from", "date_to"):
        given = wanted[name]
        facts[name], facts[f"{name}_precision"] = (
            parse_partial(given) if given else (None, Precision.UNKNOWN)
        )
    save_procedure(
        key=wanted["key"],
        kinds=list(DecisionKind.objects.filter(key__in=wanted["kinds"])),
        steps=[_step(values) for values in wanted["steps"]],
        **facts,
    )


def _step(values: dict[str, Any]) -> ProcedureStep:
    named = {
        name: model.objects.get(key=values[name]) for name, model in _NAMED.items() if values[name]
    }
    return ProcedureStep(**{name: values[name] for name in _STEP}, **named)
