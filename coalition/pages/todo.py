"""What waits for translators."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from coalition.pages.queue import filled, waiting_rows
from monitoring.core import todo
from monitoring.core.sections import Section

RIGHT = "wagtail_localize.submit_translation"
"""Who translates: the role translator, and the secretariat."""


def translations_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Pages and decisions that some language still lacks."""
    translating = [pk for pk in ids if todo.person(pk).has_perm(RIGHT)]
    if not translating:
        return {}
    rows = waiting_rows()
    count = rows.count()
    if not count:
        return {}
    oldest = filled(list(rows[:1]), language)[0]
    item = todo.Item(
        name="translations",
        label=_("Waiting for translation"),
        count=count,
        url=oldest["url"] if count == 1 else reverse("translation_queue"),
        action=_("Translate"),
        note=_("Since %(date)s: “%(title)s”")
        % {"date": oldest["since_shown"], "title": oldest["title"]},
        order=50,
    )
    return todo.answer((pk, [item]) for pk in translating)
