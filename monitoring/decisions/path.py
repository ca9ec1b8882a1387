"""The way of a decision: what was done, where it stands, what comes next and by when.

Pure: no clock, no database, no words. What happened comes first: every event stands in the drawn
line, once and in the order given, whether or not the procedure knows its stage. The procedure only
fills in between and after.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

DAYS, WORKING_DAYS, MONTHS = "days", "working-days", "months"
"""Units of a legal term."""


@dataclass(frozen=True)
class Term:
    """How long the law gives for a step, counted from the day of the step before it."""

    number: int
    unit: str


@dataclass(frozen=True)
class Step:
    """One step of a procedure. `stage` is the key of the stage that it brings.

    `id` names the row it was read from, for whoever draws it. `confirmed`: read in the law itself.
    `may_skip`: the law lets a decision pass without it. `ends`: nothing follows, even if more
    steps stand in the table.
    """

    stage: str
    term: Term | None = None
    confirmed: bool = False
    may_skip: bool = False
    ends: bool = False
    id: int = 0


@dataclass(frozen=True)
class Route:
    """A procedure as one decision follows it: since a day (None: from its beginning).

    `start` is the index of the step with which the decision enters it; None: nobody knows.
    """

    steps: tuple[Step, ...]
    since: dt.date | None = None
    start: int | None = 0


@dataclass(frozen=True)
class Happened:
    """A recorded event: its stage and day. `exact` only if the day itself is known.

    `ends` (withdrawn, repealed) and `waits` (between two legislatures) are what the stage says.
    """

    stage: str
    date: dt.date | None = None
    exact: bool = True
    ends: bool = False
    waits: bool = False


@dataclass(frozen=True)
class Place:
    """One place of the line.

    `state`: "done"; "undated" (done, day not found: either an event without a date, or a step that
    must have been taken because a later one was); "skipped" (may be left out, and no record of it);
    "waiting"; "stopped"; "todo"; "unconfirmed" (to come, and not yet read in the law itself).
    `event` is the index of the event drawn here, `step` what the procedure says of it; either
    may be None. `back`: the decision returned to an earlier step. `route`: index of the procedure.
    """

    state: str
    event: int | None = None
    step: Step | None = None
    route: int = 0
    is_now: bool = False
    back: bool = False


@dataclass(frozen=True)
class Next:
    """The step that follows. `by` is None where no term is known or its first day is not.

    `confirmed`: the step was read in the law. `about`: working days, holidays not counted off.
    `late`: the term has passed and the record holds no such step.
    """

    step: Step
    by: dt.date | None = None
    confirmed: bool = False
    about: bool = False
    late: bool = False


@dataclass(frozen=True)
class Line:
    """A drawn line. `number` of `total`: 0 where counting would say what nobody knows.

    `outlook`: "open" (`next` says what follows), "waiting", "stopped", "complete", "over" (the
    status says that the way is behind it) or "unknown" (no procedure, or nobody knows at which step
    the new one takes it up). `route`: index of the procedure followed now.
    """

    places: tuple[Place, ...] = ()
    number: int = 0
    total: int = 0
    next: Next | None = None
    outlook: str = "unknown"
    route: int = 0


@dataclass
class _Walk:
    """Where the drawing stands: `at` is the index of the last step taken of the present route."""

    places: list[Place] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    at: int = -1
    is_known: bool = True
    is_on_route: bool = False


def draw(
    routes: Sequence[Route], events: Sequence[Happened], today: dt.date, *, over: bool = False
) -> Line:
    """The line of a decision that took `events` (in their order) along `routes` (by day).

    `over`: its status says that it applies or has ended, so that nothing is awaited. Never raises;
    the events among the places are always `events`, each once, in the order given.
    """
    homes = _homes(routes, events)
    current = max(homes[-1] if homes else 0, _in_force(routes, today))
    walk = _Walk()
    for number, route in enumerate(routes[: current + 1] or [Route(())]):
        walk.at = (route.start or 0) - 1
        walk.is_known, walk.is_on_route = route.start is not None, False
        for index, event in enumerate(events):
            if homes[index] == number:
                _take(walk, number, route, index, event, is_now=index == len(events) - 1)
    if not routes:
        stopped = bool(events) and events[-1].ends
        return Line(tuple(walk.places), outlook="stopped" if stopped else "unknown")
    return _with_rest(walk, current, routes[current], events, today, over=over)


def _homes(routes: Sequence[Route], events: Sequence[Happened]) -> list[int]:
    """The route of each event: that of its day; an undated one keeps to the event before it."""
    homes: list[int] = []
    for event in events:
        home = homes[-1] if homes else 0
        if event.date:
            home = max(home, _in_force(routes, event.date))
        homes.append(home)
    return homes


def _in_force(routes: Sequence[Route], day: dt.date) -> int:
    begun = [number for number, route in enumerate(routes) if route.since and route.since <= day]
    return max(begun, default=0)


def _take(
    walk: _Walk, number: int, route: Route, index: int, event: Happened, *, is_now: bool
) -> None:
    place = _place_of(route, event.stage, walk.at)
    back = False
    if place is not None:
        if walk.is_known:
            for step in route.steps[walk.at + 1 : place]:
                if step.stage not in walk.taken:
                    state = "skipped" if step.may_skip else "undated"
                    walk.places.append(Place(state, step=step, route=number))
        back = place < walk.at
        walk.at, walk.is_known = place, True
    walk.is_on_route = place is not None
    walk.taken.add(event.stage)
    state = "done" if event.date else "undated"
    state = "stopped" if event.ends else "waiting" if event.waits else state
    taken = route.steps[place] if place is not None else None
    walk.places.append(Place(state, index, taken, number, is_now, back))


def _place_of(route: Route, stage: str, at: int) -> int | None:
    """Where a stage stands in a procedure: the next such step, else the nearest one behind.

    A repeated stage (a second vote at the same reading) stays where it is.
    """
    found = [number for number, step in enumerate(route.steps) if step.stage == stage]
    if not found:
        return None
    ahead = [number for number in found if number >= at]
    return ahead[0] if ahead else found[-1]


def _with_rest(
    walk: _Walk,
    current: int,
    route: Route,
    events: Sequence[Happened],
    today: dt.date,
    *,
    over: bool,
) -> Line:
    """What is still to come, as far as the procedure and the last event allow to say."""
    last = events[-1] if events else None
    outlook = _outlook(walk, route, last, over=over)
    is_counted = walk.is_on_route and outlook in ("open", "complete")
    places, following = walk.places, None
    if outlook in ("open", "waiting", "unknown"):
        ahead = [
            step
            for step in route.steps[walk.at + 1 :]
            if walk.is_known or step.stage not in walk.taken
        ]
        places = places + [
            Place("todo" if step.confirmed else "unconfirmed", None, step, current)
            for step in ahead
        ]
        if outlook == "open" and ahead:
            following = _next(ahead[0], last if walk.is_on_route else None, today)
    return Line(
        tuple(places),
        walk.at + 1 if is_counted else 0,
        len(route.steps) if is_counted else 0,
        following,
        outlook,
        current,
    )


def _outlook(walk: _Walk, route: Route, last: Happened | None, *, over: bool) -> str:
    if last and last.ends:
        return "stopped"
    if over:
        return "over"
    is_last = walk.at >= len(route.steps) - 1
    if last and walk.at >= 0 and (is_last or (walk.is_known and route.steps[walk.at].ends)):
        return "complete"
    if last and last.waits and not _begun_after(route, last):
        return "waiting"
    return "open" if walk.is_known and route.steps else "unknown"


def _begun_after(route: Route, last: Happened) -> bool:
    """Whether a procedure with a known entry has taken the decision up since it began to wait."""
    return bool(route.start is not None and route.since and last.date and route.since > last.date)


def _next(step: Step, base: Happened | None, today: dt.date) -> Next:
    if step.term is None or base is None or base.date is None or not base.exact:
        return Next(step, confirmed=step.confirmed)
    by = end_of_term(base.date, step.term)
    return Next(step, by, step.confirmed, step.term.unit == WORKING_DAYS, by < today)


def end_of_term(day: dt.date, term: Term) -> dt.date:
    """The last day of a term that begins after `day`.

    A month ends on the same number of the month, or on its last day if it has no such number.
    Working days are Monday to Friday: holidays are not known here, so the day may be later.
    """
    if term.unit == MONTHS:
        month = day.month - 1 + term.number
        year, month = day.year + month // 12, month % 12 + 1
        return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    if term.unit == DAYS:
        return day + dt.timedelta(days=term.number)
    end = day
    for _each in range(term.number):
        end += dt.timedelta(days=1)
        while end.weekday() > 4:
            end += dt.timedelta(days=1)
    return end
