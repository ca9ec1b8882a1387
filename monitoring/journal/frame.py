"""The journal's own entries in the frame of every page, and what of it waits for a person."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext, pgettext

from monitoring.core import todo as waiting
from monitoring.core.sections import Section
from monitoring.journal.models import ErrorReport


def footer(ids: Sequence[int], language: str) -> dict[int, Section]:
    """What was corrected; the link that reports an error stands on every page by itself."""
    link = {"group": "help", "label": gettext("Corrections"), "url": reverse("corrections")}
    return dict.fromkeys(ids, Section("", link))


def todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Reports without an answer, for whoever may answer them: one query."""
    people = [pk for pk in ids if waiting.person(pk).has_perm("journal.change_errorreport")]
    if not people:
        return {}
    count = ErrorReport.objects.filter(state=ErrorReport.State.NEW).count()
    item = waiting.Item(
        "error-reports",
        gettext("Reported errors"),
        count,
        reverse("error_reports:index"),
        pgettext("to do", "Answer"),
        order=20,
    )
    return waiting.answer((pk, [item]) for pk in people)
