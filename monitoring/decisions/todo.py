"""What of the record waits for analysts and translators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.core import clock, todo
from monitoring.core.dates import long_date
from monitoring.core.sections import Section
from monitoring.decisions import upkeep
from monitoring.decisions.models import Deadline

SOON_DAYS = 10
"""Deadlines nearer than that wait for a person."""
MOST = 5
"""Deadlines named on the first page; the calendar has all."""


def decisions_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Deadlines near, decisions not compared with their source, texts without a summary."""
    facts = [pk for pk in ids if todo.person(pk).has_perm("decisions.change_decision")]
    if not facts:
        return {}
    found = upkeep.unchecked(clock.today())
    oldest = found.first()
    items = []
    if oldest is not None:
        items.append(
            todo.Item(
                name="unchecked",
                label=ngettext(
                    "Decisions not compared with their source for %(days)s day",
                    "Decisions not compared with their source for %(days)s days",
                    upkeep.CHECK_AFTER_DAYS,
                )
                % {"days": upkeep.CHECK_AFTER_DAYS},
                count=found.count(),
                url=reverse("unchecked_report"),
                action=_("Compare"),
                note=_("The longest ago: %(date)s")
                % {"date": long_date(oldest.last, language=language)},
                order=40,
            )
        )
    bare = upkeep.without_summary()
    first = bare.order_by("pk").first()
    if first is not None:
        items.append(
            todo.Item(
                name="summaries",
                label=_("Texts that do not say what changes for residents"),
                count=bare.count(),
                url=reverse("wagtailsnippets_decisions_edition:edit", args=[first.pk]),
                action=_("Write the summary"),
                note=first.short_title,
                order=45,
            )
        )
    return todo.answer((pk, [*_deadlines(language), *items]) for pk in facts)


def _deadlines(language: str) -> list[todo.Item]:
    """Days within reach until which something is done or answered, each an item of its own."""
    today = clock.today()
    until = today + dt.timedelta(days=SOON_DAYS)
    within = (today, until)
    rows = Deadline.objects.filter(Q(date__range=within) | Q(answer_due__range=within))
    rows = rows.filter(decision__is_public=True).select_related("kind", "decision__kind")
    found = []
    for one in rows.prefetch_related("decision__editions").order_by("date", "pk")[:MOST]:
        answer = not today <= one.date <= until
        name = one.decision.title_in(language) or one.decision.naming(language)
        found.append(
            todo.Item(
                name=f"deadline:{one.pk}",
                label=_("Answer due: “%(title)s”") % {"title": name}
                if answer
                else f"{one.kind.label_in(language)}: «{name}»",
                count=1,
                url=reverse("decisions:edit", args=[one.decision_id]),
                action=_("Open the decision"),
                due=one.answer_due if answer else one.date,
                order=1,
            )
        )
    return found
