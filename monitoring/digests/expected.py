"""About how much mail a query means, said before the address is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Min
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.core import clock
from monitoring.core.dates import long_date
from monitoring.decisions.filters import Filters, matching
from monitoring.decisions.models import Decision, DecisionQuerySet
from monitoring.digests.queries import EVERYTHING, decision_of
from monitoring.journal.models import Change
from monitoring.search.query import Query
from monitoring.search.saved import expected_hits

YEAR = dt.timedelta(days=365)
MONTH = 365 / 12
_GROUPS = {name: name for name in ("topic", "body", "status", "stage", "region", "district")}
_GROUPS |= {"year": "year", "document": "kind"}
"""Filters of a query, and what the list of decisions calls them."""


@dataclass(frozen=True)
class Expected:
    """Announced changes since a day: a year ago, or when the journal began."""

    changes: int
    since: dt.date

    def sentence(self, language: str) -> str:
        """«Соңғы 12 айда 38 өзгеріс болды, айына шамамен 3.» A young journal says no rate."""
        days = (clock.today() - self.since).days
        with translation.override(language):
            if days < 28:
                said = ngettext(
                    "Since %(day)s, when we began to keep this record: %(count)d such change.",
                    "Since %(day)s, when we began to keep this record: %(count)d such changes.",
                    self.changes,
                )
                day = long_date(self.since, "day", language)
                return said % {"day": day, "count": self.changes}
            said = ngettext(
                "In the last %(months)d months: %(count)d such change.",
                "In the last %(months)d months: %(count)d such changes.",
                self.changes,
            ) % {"months": round(days / MONTH), "count": self.changes}
            return f"{said} {rate(self.changes / days * MONTH, language)}"


def rate(a_month: float, language: str) -> str:
    """«Айына шамамен 3.»"""
    with translation.override(language):
        if a_month < 1:
            return _("That is less than one a month.")
        count = round(a_month)
        return ngettext(
            "That is about %(count)d a month.", "That is about %(count)d a month.", count
        ) % {"count": count}


def how_often(query: Query, language: str) -> str:
    """One sentence on how much to expect; empty where it cannot be counted.

    Two queries; with words those of the search engine.
    """
    if query.text or not _can_count(query):
        found = expected_hits(query)
        if found is None:
            return ""
        with translation.override(language):
            said = _("Counted by the dates of the documents it finds.")
        return f"{rate(found, language)} {said}"
    told = Change.objects.announced()
    began = told.aggregate(first=Min("at"))["first"]
    if began is None:
        return ""
    start = max(began, clock.now() - YEAR)
    told = told.filter(at__gte=start, subject="decision")
    if query != EVERYTHING:
        told = told.filter(subject_id__in=_decisions(query).order_by().values("pk"))
    return Expected(told.count(), start.astimezone(clock.ALMATY).date()).sentence(language)


def _can_count(query: Query) -> bool:
    names = {name for name, _values in query.filters}
    about_decisions = query.values("kind") in {(), ("decision",)}
    return about_decisions and names <= {*_GROUPS, "kind", "decision"}


def _decisions(query: Query) -> DecisionQuerySet:
    pk = decision_of(query)
    if pk is not None:
        return Decision.objects.public().filter(pk=pk)
    chosen = {_GROUPS[name]: values for name, values in query.filters if name in _GROUPS}
    return matching(Filters(chosen))
