"""What of the sources waits for an analyst: those that have not been read for too long."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.core import clock, todo
from monitoring.core.sections import Section
from monitoring.evidence.models import Source
from monitoring.evidence.selectors import UNREAD_AFTER_DAYS, unread


def sources_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Sources not read for fourteen days, for those who keep sources. One query."""
    keeping = [pk for pk in ids if todo.person(pk).has_perm("evidence.change_source")]
    if not keeping:
        return {}
    names = list(unread(Source.objects.all(), clock.now()).values_list("pk", "name"))
    if not names:
        return {}
    url = reverse("source_state", args=[names[0][0]]) if len(names) == 1 else ""
    item = todo.Item(
        name="sources",
        label=ngettext(
            "Sources not read for %(days)s day",
            "Sources not read for %(days)s days",
            UNREAD_AFTER_DAYS,
        )
        % {"days": UNREAD_AFTER_DAYS},
        count=len(names),
        url=url or reverse("wagtailsnippets_evidence_source:list"),
        action=_("See why"),
        note=", ".join(name for _pk, name in names[:3]),
        order=30,
    )
    return todo.answer((pk, [item]) for pk in keeping)
