"""Writes of procedures: their steps, and which decision follows one since which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from monitoring.core import clock
from monitoring.decisions.models import (
    Decision,
    DecisionKind,
    DecisionProcedure,
    FieldSource,
    Procedure,
    ProcedureStep,
)
from monitoring.decisions.publication import public_change


def save_procedure(
    *,
    key: str,
    kinds: Sequence[DecisionKind] = (),
    steps: Sequence[ProcedureStep] = (),
    **facts: Any,
) -> Procedure:
    """Write a procedure and its steps in their order, new or instead of what stood under the key.

    Steps that keep their stage keep their row, so that decisions which entered there still do.
    Raises ValidationError; nothing is written then.
    """
    with transaction.atomic():
        procedure = Procedure.objects.filter(key=key).first() or Procedure(key=key)
        for name, value in facts.items():
            setattr(procedure, name, value)
        procedure.full_clean()
        procedure.save()
        procedure.kinds.set(kinds)
        procedure.save()  # a cluster writes its relations with the record
        known = {step.stage_id: step.pk for step in procedure.steps.all()}
        kept = []
        for order, step in enumerate(steps):
            step.procedure, step.sort_order = procedure, order
            step.pk = known.pop(step.stage_id, None)
            step.full_clean(exclude=["id"])  # a row that stays has its id already
            step.save()
            kept.append(step.pk)
        ProcedureStep.objects.filter(procedure=procedure).exclude(pk__in=kept).delete()
    return Procedure.objects.get(pk=procedure.pk)


def assign_procedure(
    *,
    decision: Decision,
    procedure: Procedure,
    by: Any,
    since: dt.date | None = None,
    from_step: ProcedureStep | None = None,
    source: str = "",
    announce: bool = True,
) -> DecisionProcedure:
    """Say which procedure a decision follows: from its beginning, or since a day.

    What stood before that day stays: one timeline, and its procedure changes. `from_step` is the
    step with which a later procedure takes it up; without it the page says that this is not known.
    Raises ValidationError with the field's name; nothing is written then.
    """
    row = DecisionProcedure(
        decision=decision, procedure=procedure, since=since, from_step=from_step, source=source
    )
    with public_change(decision.pk, announce=announce):
        row.full_clean()
        row.save()
        _note(decision, row, by)
    return DecisionProcedure.objects.get(pk=row.pk)


def remove_procedure(*, followed: DecisionProcedure, by: Any, announce: bool = True) -> None:
    """Take away a row that was entered by mistake; the journal keeps what stood there."""
    with public_change(followed.decision_id, announce=announce):
        _note(followed.decision, None, by)
        followed.delete()


def _note(decision: Decision, row: DecisionProcedure | None, by: Any) -> None:
    value = f"{row.procedure.key} {row.since or ''}".strip() if row else ""
    FieldSource.objects.create(
        decision=decision,
        field="procedure",
        value=value,
        source=row.source if row else "",
        by=by,
        at=clock.now(),
    )
