"""What is said of a query before somebody follows it: whether it can ever find, and how often."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace

from monitoring.core import clock
from monitoring.search import kinds
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import EngineError
from monitoring.search.models import Build
from monitoring.search.plans import Leaf, Plan, plan_of
from monitoring.search.query import LANGUAGE_NAMES, Problem, Query
from monitoring.search.synonyms import concepts_of
from monitoring.search.vocabularies import vocabulary_of

logger = logging.getLogger(__name__)

YEAR = dt.timedelta(days=365)
NAMED = ("kind", "body", "topic", "stage", "status", "region", "district", "document")
"""Filters whose values are names; a value that no record could have finds nothing for ever."""


def never_matches(query: Query) -> list[Problem]:
    """Why a query can never find anything; empty if it could. A query a named filter.

    Asked when somebody follows a query, and beside results that are empty for that reason.
    """
    plan = plan_of(query)
    if not plan.can_match:
        return [Problem("only_without" if plan.excluded else "no_words")]
    found = [*_dates(plan, query), *_values(query)]
    if _takes_itself_out(plan):
        found.append(Problem("takes_itself_out"))
    return found


def expected_hits(query: Query) -> float | None:
    """How many records a month a query has found, over the twelve months until today.

    Counted by the engine with the query's own meaning, over the dates of records: what has no date
    (a page, an organisation) is not counted. None when no engine answers. Two queries at most.
    """
    today = clock.today()
    build = Build.objects.filter(state=Build.State.CURRENT).first()
    if build is None:
        return None
    plan = plan_of(query, concepts_of(build.concepts), vocabulary_of(build))
    if not plan.can_match:
        return 0.0
    since = max(plan.date_from or dt.date.min, today - YEAR)
    until = min(plan.date_to or today, today)
    if since > until:
        return 0.0
    asked = replace(plan, date_from=since, date_to=until)
    try:
        answer = get_backend().search(build.name, asked, offset=0, limit=1, facets=False)
    except EngineError as error:
        logger.warning("the engine cannot count what a query finds: %s", error)
        return None
    return answer.total / 12


def _dates(plan: Plan, query: Query) -> list[Problem]:
    first, last = plan.date_from, plan.date_to
    if first and last and first > last:
        return [Problem("dates_crossed", f"{first} – {last}")]
    years = [int(year) for year in query.values("year") if year.isdecimal()]
    outside = [
        year for year in years if (first and year < first.year) or (last and year > last.year)
    ]
    if years and len(outside) == len(query.values("year")):
        return [Problem("dates_crossed", ", ".join(map(str, outside)))]
    return []


def _values(query: Query) -> list[Problem]:
    found = []
    for name, values in query.filters:
        if name in NAMED:
            known = set(kinds.value_names(name))
        elif name == "lang":
            known = set(LANGUAGE_NAMES)
        elif name == "year":
            known = {value for value in values if value.isdecimal() and len(value) == 4}
        else:
            continue
        # No kind of record names the values of this filter: nothing can be said.
        if (known or name == "year") and known.isdisjoint(values):
            found.append(Problem("no_such_value_ever", ", ".join(values)))
    return found


def _takes_itself_out(plan: Plan) -> bool:
    """Whether every record that has the words also has a word that is left out."""
    out = {run[0][1] for leaf in plan.excluded for run in leaf.runs if len(run) == 1}

    def impossible(leaf: Leaf) -> bool:
        return all(any(token in out for _, token in run) for run in leaf.runs)

    if any(impossible(leaf) for leaf in plan.required):
        return True
    return not plan.required and bool(plan.optional) and all(map(impossible, plan.optional))
