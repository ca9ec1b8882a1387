"""The five dates people ask for. Each is the date of a step: it stands nowhere else.

`Decision.date` is none of them: it is the day that stands in the document's own name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.core.dates import last_day
from monitoring.decisions.models import Decision, Stage, StageEvent
from monitoring.decisions.publication import public_change
from monitoring.decisions.services import add_stage_event

Known = tuple[dt.date | None, str]
"""A date or None, and its precision."""

NAMES: dict[str, Any] = {
    "introduced": gettext_lazy("introduced on"),
    "adopted": gettext_lazy("adopted on"),
    "published": gettext_lazy("published on"),
    "in_force": gettext_lazy("in force since"),
    "ended": gettext_lazy("ended on"),
}
STEPS = {
    "introduced": ("introduced",),
    "adopted": ("adopted", "signed"),
    "published": ("published",),
    "in_force": ("in-force",),
}
"""Keys of the steps that give a date; the first is written where none stands. What ends a path
(`Stage.ends`) gives the date of its end."""
ORDER = (
    ("introduced", "adopted"),
    ("introduced", "published"),
    ("introduced", "ended"),
    ("adopted", "published"),
    ("adopted", "ended"),
    ("in_force", "ended"),
)
"""Earlier, later. A law may apply to days before its adoption, so that pair is not among them."""


def key_dates(events: Iterable[StageEvent]) -> dict[str, StageEvent]:
    """The step that gives each date, among standing steps with their stages; no query."""
    found: dict[str, StageEvent] = {}
    rows = list(events)
    for name, keys in STEPS.items():
        for key in keys:
            same = [one for one in rows if one.stage.key == key]
            if same and name not in found:
                found[name] = max(same, key=lambda one: (one.date or dt.date.min, one.pk))
    ending = [one for one in rows if one.stage.ends]
    if ending:
        found["ended"] = max(ending, key=lambda one: (one.date or dt.date.min, one.pk))
    return found


def dates_of(decision: Decision) -> dict[str, Known]:
    """The five dates as they stand; one query."""
    given = key_dates(standing(decision))
    return {name: (one.date, one.precision) for name, one in given.items()}


def standing(decision: Decision) -> list[StageEvent]:
    """The steps that nothing replaced; one query."""
    rows = decision.stage_events.filter(void=False, replaced_by=None)
    return list(rows.select_related("stage"))


def out_of_order(dates: Mapping[str, Known]) -> tuple[str, str] | None:
    """The first pair of names whose dates cannot both be true, given how much of them is known."""
    for earlier, later in ORDER:
        first, last = dates.get(earlier, (None, ""))[0], dates.get(later, (None, ""))
        if first and last[0] and last_day(last[0], last[1]) < first:
            return earlier, later
    return None


def check_order(dates: Mapping[str, Known]) -> None:
    """Raises ValidationError beside the later of two dates that cannot both be true."""
    if pair := out_of_order(dates):
        earlier, later = (str(NAMES[name]) for name in pair)
        said = _("“%(later)s” comes before “%(earlier)s”: one of the two dates is wrong.")
        raise ValidationError({pair[1]: said % {"later": later, "earlier": earlier}})


def set_dates(
    *,
    decision: Decision,
    dates: Mapping[str, Known],
    url: str = "",
    by: Any = None,
    announce: bool = True,
) -> int:
    """Write those of the five dates that differ, each as a step or the correction of one.

    Returns how many were written. A date taken away leaves a step whose date was not found.
    Raises ValidationError by name: out of order, an end whose step is not known; nothing is
    written then.
    """
    given = key_dates(standing(decision))
    check_order({**{name: (one.date, one.precision) for name, one in given.items()}, **dates})
    written = 0
    with public_change(decision.pk, "stage", announce=announce):
        for name, (date, precision) in dates.items():
            old = given.get(name)
            if (date is None and old is None) or (
                old and (old.date, old.precision) == (date, precision)
            ):
                continue
            if old is None and name == "ended":
                raise ValidationError(
                    {"ended": _("Choose the step that ended it below: withdrawn, repealed …")}
                )
            add_stage_event(
                decision=decision,
                stage=old.stage if old else Stage.objects.get(key=STEPS[name][0]),
                date=date,
                precision=precision,
                body=old.body if old else None,
                number=old.number if old else "",
                titles=old.titles if old else None,
                url=url or (old.url if old else ""),
                verified=old.verified if old else decision.verified,
                replaces=old,
                by=by,
            )
            written += 1
    return written
