"""The way of a decision: nothing that happened is lost or moved, nothing to come is invented."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from monitoring.decisions.path import (
    DAYS,
    MONTHS,
    WORKING_DAYS,
    Happened,
    Line,
    Route,
    Step,
    Term,
    draw,
    end_of_term,
)

TODAY = dt.date(2026, 11, 21)
DAY = dt.date(2026, 3, 2)
BILL = Route(
    (
        Step("introduced", confirmed=True),
        Step("discussed", may_skip=True, confirmed=True),
        Step("reading-1", confirmed=True),
        Step("adopted", Term(60, DAYS), confirmed=True),
        Step("signed", Term(1, MONTHS)),
        Step("in-force", ends=True),
    )
)


def on(stage: str, day: dt.date | None = DAY, **values: bool) -> Happened:
    return Happened(stage, day, **values)


def states(line: Line) -> list[str]:
    return [place.state for place in line.places]


stages = st.sampled_from(["introduced", "reading-1", "adopted", "signed", "amended", "elsewhere"])
days = st.dates(dt.date(2005, 1, 1), dt.date(2027, 12, 31))
happened = st.builds(
    Happened, stages, st.none() | days, st.booleans(), ends=st.booleans(), waits=st.booleans()
)
steps = st.builds(
    Step,
    stages,
    st.none() | st.builds(Term, st.integers(1, 400), st.sampled_from([DAYS, WORKING_DAYS, MONTHS])),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
routes = st.lists(
    st.builds(
        Route,
        st.lists(steps, max_size=7).map(tuple),
        st.none() | days,
        st.none() | st.integers(0, 6),
    ),
    max_size=3,
)


@given(routes, st.lists(happened, max_size=12), days, st.booleans())
def test_no_sequence_of_events_is_lost_doubled_or_reordered(
    ways: list[Route], events: list[Happened], today: dt.date, over: bool
) -> None:
    line = draw(ways, events, today, over=over)
    drawn = [place.event for place in line.places if place.event is not None]
    assert drawn == list(range(len(events)))
    assert [place.is_now for place in line.places if place.event is not None] == [
        number == len(events) - 1 for number in range(len(events))
    ]


@given(routes, st.lists(happened, max_size=12), days, st.booleans())
def test_what_is_to_come_stands_last_and_only_where_something_can_come(
    ways: list[Route], events: list[Happened], today: dt.date, over: bool
) -> None:
    line = draw(ways, events, today, over=over)
    awaited = [place.state in ("todo", "unconfirmed") for place in line.places]
    assert awaited == sorted(awaited)
    if over or (events and events[-1].ends):
        assert not any(awaited)
        assert line.next is None
    if line.next:
        assert line.next.step == next(
            p.step for p in line.places if p.event is None and awaited[line.places.index(p)]
        )
        assert line.next.by is None or line.next.step.term
    assert 0 <= line.number <= line.total


def test_a_bill_shows_what_is_done_what_is_left_out_and_what_follows_by_when() -> None:
    line = draw([BILL], [on("introduced"), on("reading-1", dt.date(2026, 10, 1))], TODAY)
    assert states(line) == ["done", "skipped", "done", "todo", "unconfirmed", "unconfirmed"]
    assert (line.number, line.total, line.outlook) == (3, 6, "open")
    assert line.next is not None
    assert (line.next.step.stage, line.next.by) == ("adopted", dt.date(2026, 11, 30))
    assert (line.next.confirmed, line.next.late) == (True, False)


def test_a_term_that_has_passed_is_called_late_and_an_unread_one_unconfirmed() -> None:
    line = draw([BILL], [on("adopted", dt.date(2026, 8, 31))], TODAY)
    assert line.next is not None
    assert (line.next.by, line.next.late) == (dt.date(2026, 9, 30), True)
    assert not line.next.confirmed
    # The steps before it were taken, whatever their days.
    assert states(line)[:4] == ["undated", "skipped", "undated", "done"]


def test_no_day_is_counted_from_a_month_or_from_nothing() -> None:
    for event in (on("reading-1", exact=False), on("reading-1", None)):
        line = draw([BILL], [event], TODAY)
        assert line.next is not None
        assert line.next.by is None
    # After an event that the procedure does not know, the term has no first day either.
    line = draw([BILL], [on("reading-1"), on("returned")], TODAY)
    assert line.next is not None
    assert line.next.by is None
    assert line.number == 0


def test_a_bill_sent_back_stays_where_it_was_sent() -> None:
    line = draw([BILL], [on("introduced"), on("adopted"), on("reading-1")], TODAY)
    assert [place.back for place in line.places if place.event is not None] == [False, False, True]
    assert line.number == 3
    assert line.next is not None
    assert line.next.step.stage == "adopted"


def test_what_ended_awaits_nothing() -> None:
    line = draw([BILL], [on("introduced"), on("withdrawn", ends=True)], TODAY)
    assert (states(line), line.outlook, line.number) == (["done", "stopped"], "stopped", 0)
    assert draw([BILL], [on("in-force")], TODAY).outlook == "complete"
    assert draw([BILL], [on("adopted")], TODAY, over=True).outlook == "over"


def test_one_timeline_goes_on_when_the_procedure_changes_at_a_day() -> None:
    change = dt.date(2026, 7, 1)
    kurultai = (Step("introduced"), Step("reading-1"), Step("reading-3", Term(10, DAYS)))
    events = [on("introduced"), on("reading-1"), on("between", change, waits=True)]
    waiting = draw([BILL, Route(kurultai, change, None)], events, TODAY)
    assert waiting.outlook == "waiting"
    assert waiting.next is None
    assert states(waiting) == ["done", "skipped", "done", "waiting", "unconfirmed"]
    # Nobody said with which step it goes on: none is named, until one is taken.
    unknown = draw([BILL, Route(kurultai, change, None)], events[:2], TODAY)
    assert (unknown.outlook, unknown.next, unknown.number) == ("unknown", None, 0)
    known = draw([BILL, Route(kurultai, dt.date(2026, 9, 1), 1)], events, TODAY)
    assert known.outlook == "open"
    assert known.next is not None
    assert known.next.step.stage == "reading-1"
    later = draw(
        [BILL, Route(kurultai, change, None)],
        [*events, on("reading-1", dt.date(2026, 10, 5))],
        TODAY,
    )
    assert (later.number, later.total) == (2, 3)
    assert later.next is not None
    assert later.next.by == dt.date(2026, 10, 15)


def test_before_the_day_of_the_change_the_old_procedure_holds() -> None:
    line = draw(
        [BILL, Route((Step("reading-3"),), dt.date(2027, 1, 1), 0)], [on("reading-1")], TODAY
    )
    assert line.route == 0
    assert line.next is not None
    assert line.next.step.stage == "adopted"


def test_without_a_procedure_nothing_is_counted_or_awaited() -> None:
    line = draw([], [on("introduced"), on("reading-1", None)], TODAY)
    assert (states(line), line.number, line.next) == (["done", "undated"], 0, None)


def test_terms_end_on_the_days_the_calendar_gives() -> None:
    assert end_of_term(dt.date(2026, 1, 31), Term(1, MONTHS)) == dt.date(2026, 2, 28)
    assert end_of_term(dt.date(2026, 12, 15), Term(2, MONTHS)) == dt.date(2027, 2, 15)
    assert end_of_term(dt.date(2026, 3, 1), Term(60, DAYS)) == dt.date(2026, 4, 30)
    # Friday and five working days.
    assert end_of_term(dt.date(2026, 11, 20), Term(5, WORKING_DAYS)) == dt.date(2026, 11, 27)
    working = Route((Step("introduced"), Step("adopted", Term(5, WORKING_DAYS))))
    line = draw([working], [on("introduced", dt.date(2026, 11, 20))], TODAY)
    assert line.next is not None
    assert line.next.about
