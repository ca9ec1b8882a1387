"""What of the queue waits for an analyst."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from monitoring.core import todo
from monitoring.core.dates import long_date
from monitoring.core.sections import Section
from monitoring.intake.models import Candidate, Revision


def candidates_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Entries that nobody has decided on, for those who may. Two queries."""
    deciding = [pk for pk in ids if todo.person(pk).has_perm("intake.change_candidate")]
    if not deciding:
        return {}
    waiting = Candidate.objects.waiting()
    oldest = waiting.order_by("seen_at").first()
    if oldest is None:
        return {}
    item = todo.Item(
        name="candidates",
        label=_("Incoming entries"),
        count=waiting.count(),
        url=reverse("candidates"),
        action=_("Decide"),
        note=_("The oldest came in on %(date)s")
        % {"date": long_date(oldest.seen_at.date(), language=language)},
        order=20,
    )
    return todo.answer((pk, [item]) for pk in deciding)


def revisions_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Sources that contradict an editor's words now, for those who may decide. One query."""
    deciding = [pk for pk in ids if todo.person(pk).has_perm("intake.change_candidate")]
    count = Revision.objects.waiting().count() if deciding else 0
    if not count:
        return {}
    item = todo.Item(
        name="revisions",
        label=_("Sources say otherwise now"),
        count=count,
        url=reverse("revisions"),
        action=_("Compare"),
        order=25,
    )
    return todo.answer((pk, [item]) for pk in deciding)
