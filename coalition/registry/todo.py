"""What of the organisations waits for the secretariat."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from coalition.registry.reports import RIGHT, to_confirm
from monitoring.core import todo
from monitoring.core.sections import Section


def organisations_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Organisations whose membership today nobody has confirmed. One query."""
    confirming = [pk for pk in ids if todo.person(pk).has_perm(RIGHT)]
    if not confirming:
        return {}
    item = todo.Item(
        name="organisations",
        label=_("Organisations whose membership is not confirmed"),
        count=to_confirm().count(),
        url=reverse("organisations_to_confirm"),
        action=_("Confirm"),
        order=70,
    )
    return todo.answer((pk, [item]) for pk in confirming)
