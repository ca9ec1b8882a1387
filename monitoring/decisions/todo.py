"""What of the record waits for analysts and translators."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.core import clock, todo
from monitoring.core.dates import long_date
from monitoring.core.sections import Section
from monitoring.decisions import upkeep


def decisions_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Decisions not compared with their source for long; published texts without a summary."""
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
    return todo.answer((pk, items) for pk in facts)
