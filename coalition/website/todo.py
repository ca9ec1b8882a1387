"""What of this room waits for a person: pages of the guide whose norm has changed."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from coalition.website import guide
from monitoring.core import todo
from monitoring.core.dates import long_date
from monitoring.core.sections import Section


def guide_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """One item a page, for those who may change it: the day its norm changed, one click to it."""
    pages = guide.outdated()
    return todo.answer(
        (
            pk,
            [
                todo.Item(
                    name=f"guide:{page.pk}",
                    label=_("Guide: the norm changed after the page was checked"),
                    count=1,
                    url=reverse("wagtailadmin_pages:edit", args=[page.pk]),
                    action=_("Check the page again"),
                    note=f"«{page.title}», {long_date(changed, language=language)}",
                    order=20,
                )
                for page, changed in pages
                if page.permissions_for_user(person).can_edit()
            ],
        )
        for pk in ids
        if pages and (person := todo.person(pk)).has_perm("wagtailadmin.access_admin")
    )
