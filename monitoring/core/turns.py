"""When pages say something else though nobody writes a row: a deadline passes, an event ends.

Rooms whose pages depend on the hour register the next such moment. Days need no registration: at
midnight in Almaty every page is made anew. What gets a time to be published is written when it
comes (`pages.publish_due`), and every write makes a new generation by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from monitoring.core import clock

Turn = Callable[[dt.datetime], dt.datetime | None]
"""The first moment after an aware one at which pages of a room turn; None if there is none."""

_turns: list[Turn] = []
_known: tuple[str, dt.datetime, dt.datetime] | None = None


def register(turn: Turn) -> None:
    """Make a room's moments known; rooms call this in `ready()`. Each may cost a query or two."""
    if turn not in _turns:
        _turns.append(turn)


def next_turn(now: dt.datetime, generation: str) -> dt.datetime:
    """The first moment after `now` at which some page says something else: midnight or sooner.

    The rooms are asked once a generation and moment: what they would answer stands in the record,
    and a change of it makes a new generation.
    """
    global _known  # noqa: PLW0603 - what this process has asked
    known = _known
    if known is not None and known[0] == generation and known[1] <= now < known[2]:
        return known[2]
    found = [moment for turn in _turns if (moment := turn(now)) is not None]
    moment = min([midnight_after(now), *found])
    _known = (generation, now, moment)
    return moment


def midnight_after(now: dt.datetime) -> dt.datetime:
    """The next midnight in Almaty."""
    tomorrow = now.astimezone(clock.ALMATY).date() + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), clock.ALMATY)
