"""Stage lines read from the database and said in words; the drawing itself is `path.draw`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, override

from monitoring.core import clock
from monitoring.core.text import with_possessive
from monitoring.decisions import path
from monitoring.decisions.models import Decision, ProcedureStep, StageEvent
from monitoring.decisions.steps import in_order
from monitoring.decisions.wording import until


@dataclass(frozen=True)
class Followed:
    """A procedure as a decision follows it: the steps as they were read, and the pure route."""

    steps: tuple[ProcedureStep, ...]
    route: path.Route


@dataclass(frozen=True)
class StageLine:
    """What components/stages.html shows, and the same in a sentence for a row of a list.

    `steps`: its places. `now`: «7 кезеңнің 3-і: …», the stage without a count, or empty. `next`:
    None or label, who, by (words), confirmed, about, late. `procedures`: name, url, since,
    confirmed of each procedure in turn. `outlook` as in `path.Line`.
    """

    steps: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0
    total: int = 0
    now: str = ""
    next: dict[str, Any] | None = None
    outlook: str = "unknown"
    procedures: list[dict[str, Any]] = field(default_factory=list)

    @property
    def said(self) -> str:
        """For a row: where it stands, and what happens next by when."""
        following = ""
        if self.next:
            following = gettext("Next: %(stage)s") % {"stage": self.next["label"]}
            following += f", {self.next['by']}" if self.next["by"] else ""
            if not self.next["confirmed"]:
                following += f" ({gettext('procedure not confirmed')})"
        return ". ".join(filter(None, (self.now, following)))


def is_over(decision: Decision) -> bool:
    """Whether its way is behind it: it ended, or it is no draft and somebody gave it a status."""
    status = decision.status
    return status is not None and (status.ends or not decision.kind.is_draft)


def followed_by(decision_ids: Iterable[int]) -> dict[int, list[Followed]]:
    """The procedures of each decision in their order; one query for all."""
    rows = (
        ProcedureStep.objects.filter(procedure__followed__decision__in=list(decision_ids))
        .annotate(
            follower=F("procedure__followed__decision_id"),
            row=F("procedure__followed__pk"),
            since=F("procedure__followed__since"),
            entry=F("procedure__followed__from_step_id"),
        )
        .select_related("procedure", "stage", "body", "body_kind")
    )
    found: dict[int, dict[int, list[Any]]] = {}
    for step in rows:
        found.setdefault(step.follower, {}).setdefault(step.row, []).append(step)
    return {
        decision: sorted(
            (_followed(steps) for steps in routes.values()),
            key=lambda one: one.route.since or dt.date.min,
        )
        for decision, routes in found.items()
    }


def _followed(rows: list[Any]) -> Followed:
    steps = sorted(rows, key=lambda step: (step.sort_order or 0, step.pk))
    since, entry = steps[0].since, steps[0].entry
    start = next((n for n, step in enumerate(steps) if step.pk == entry), None)
    if start is None and since is None:
        start = 0
    route = path.Route(tuple(_step(step) for step in steps), since, start)
    return Followed(tuple(steps), route)


def _step(step: ProcedureStep) -> path.Step:
    term = path.Term(step.term, step.unit) if step.term else None
    return path.Step(
        step.stage.key, term, step.confirmed, step.may_skip, step.ends or step.stage.ends, step.pk
    )


def stage_line(
    decision: Decision, events: Sequence[StageEvent], followed: Sequence[Followed], language: str
) -> StageLine:
    """The line of a decision in a language; `events` in their order. No query."""
    happened = [
        path.Happened(
            event.stage.key,
            event.date,
            event.precision == "day",
            event.stage.ends,
            event.stage.waits,
        )
        for event in events
    ]
    drawn = path.draw(
        [one.route for one in followed], happened, clock.today(), over=is_over(decision)
    )
    steps = {step.pk: step for one in followed for step in one.steps}
    with override(language):
        return StageLine(
            [_shown(place, events, steps, language) for place in drawn.places],
            drawn.number,
            drawn.total,
            _now(drawn, events, language),
            _next(drawn, steps, language),
            drawn.outlook,
            [_procedure(one, language) for one in followed],
        )


def _shown(
    place: path.Place,
    events: Sequence[StageEvent],
    steps: Mapping[int, ProcedureStep],
    language: str,
) -> dict[str, Any]:
    event = events[place.event] if place.event is not None else None
    step = steps[place.step.id] if place.step else None
    stage = event.stage if event else step.stage  # type: ignore[union-attr]  # a place has one of them
    notes = []
    if place.back:
        notes.append(gettext("went back to this stage"))
    if event is None and step is not None and place.state in ("todo", "unconfirmed"):
        notes.append(step.who_in(language))
        if step.may_skip:
            notes.append(gettext("may be left out"))
    return {
        "label": stage.label_in(language),
        "date": event.date if event else None,
        "precision": event.precision if event else "unknown",
        "state": place.state,
        "is_now": place.is_now,
        "note": " · ".join(filter(None, notes)),
    }


def _now(drawn: path.Line, events: Sequence[StageEvent], language: str) -> str:
    if not events:
        return ""
    label = events[-1].stage.label_in(language)
    if not drawn.number:
        return label
    place = gettext("stage %(n)s of %(total)s") % {
        "n": with_possessive(drawn.number) if language == "kk" else drawn.number,
        "total": drawn.total,
    }
    return f"{capfirst(place)}: {label}"


def _next(
    drawn: path.Line, steps: Mapping[int, ProcedureStep], language: str
) -> dict[str, Any] | None:
    if drawn.next is None:
        return None
    step = steps[drawn.next.step.id]
    return {
        "label": step.stage.label_in(language),
        "who": step.who_in(language),
        "by": until(drawn.next.by, language) if drawn.next.by else "",
        "law": step.law_in(language) if drawn.next.by else "",
        "confirmed": drawn.next.confirmed,
        "about": drawn.next.about,
        "late": drawn.next.late,
    }


def _procedure(one: Followed, language: str) -> dict[str, Any]:
    procedure = one.steps[0].procedure
    return {
        "name": procedure.label_in(language),
        "url": reverse("procedure", args=[procedure.key]),
        "since": one.route.since,
        "confirmed": procedure.verified in ("yes", "partly"),
    }


def line_of_page(decision: Decision, language: str) -> StageLine:
    """The line of a decision read by `selectors.for_page`; one query more."""
    events = in_order(decision.stage_events.all())
    return stage_line(decision, events, followed_by([decision.pk]).get(decision.pk, []), language)


def say_stages(rows: Sequence[dict[str, Any]], language: str) -> None:
    """Put `stage` into rows of `selectors.titles`: where each stands that is still under way.

    Two queries for all rows; none if nothing is under way.
    """
    open_rows = [row for row in rows if not is_over(row["decision"])]
    if not open_rows:
        return
    decisions = [row["decision"] for row in open_rows]
    standing = StageEvent.objects.filter(void=False, replaced_by=None).select_related("stage")
    prefetch_related_objects(decisions, Prefetch("stage_events", standing))
    followed = followed_by(decision.pk for decision in decisions)
    for row in open_rows:
        decision = row["decision"]
        events = in_order(decision.stage_events.all())
        line = stage_line(decision, events, followed.get(decision.pk, []), language)
        with override(language):
            row["stage"] = line.said
