"""Reads of the organisations' own work: tasks, what is done, what the secretariat is to read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coalition.registry.data_checks import interval
from coalition.registry.models import Organisation, Representative
from coalition.registry.own_models import DataCheck, OwnDraft
from coalition.registry.own_values import (
    Values,
    differing,
    label_of,
    newest_pages,
    public_values,
    split,
    spoken,
)
from monitoring.core import clock, todo
from monitoring.core.sections import Section
from monitoring.mailing.addresses import digest

REVIEW_RIGHT = "registry.change_organisation"
"""Who may publish what organisations send."""


@dataclass(frozen=True)
class Done:
    """One line of what an organisation's people have behind them."""

    what: str
    organisation: Organisation
    on: dt.datetime
    waiting: bool = False


def history(organisations: Sequence[Organisation]) -> list[Done]:
    """What is with the secretariat, then what was published or confirmed lately. Two queries."""
    drafts = OwnDraft.objects.filter(organisation__in=organisations).exclude(decided_at=None)
    sent = OwnDraft.objects.filter(organisation__in=organisations).sent()
    checks = DataCheck.objects.filter(organisation__in=organisations).answered()
    waiting = [
        Done(_("Your text is with the secretariat"), one.organisation, one.sent_at, waiting=True)
        for one in sent.select_related("organisation")
        if one.sent_at
    ]
    done = [
        Done(_("Your text was published"), one.organisation, one.decided_at)
        for one in drafts.filter(state=OwnDraft.State.PUBLISHED).order_by("-decided_at")[:3]
        if one.decided_at
    ]
    done += [
        Done(_("The data were confirmed"), one.organisation, one.answered_at)
        for one in checks.select_related("organisation")[:3]
        if one.answered_at
    ]
    return [*waiting, *sorted(done, key=lambda one: one.on, reverse=True)[:4]]


def own_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """What is asked of the organisations for which people speak. Three queries for all people."""
    speaking: dict[int, list[Organisation]] = {}
    rows = Representative.objects.current().filter(user__in=ids, user__is_active=True)
    for row in rows.select_related("organisation").order_by("pk"):
        if row.user_id:
            speaking.setdefault(row.user_id, []).append(row.organisation)
    organisations = {one.pk for found in speaking.values() for one in found}
    drafts = {
        one.organisation_id: one
        for one in OwnDraft.objects.open().filter(organisation__in=organisations)
    }
    fresh = DataCheck.objects.answered().filter(
        organisation__in=organisations, answered_at__gt=clock.now() - interval()
    )
    confirmed = set(fresh.values_list("organisation_id", flat=True))
    return todo.answer(
        (pk, _of_organisations(found, drafts, confirmed)) for pk, found in speaking.items()
    )


def _of_organisations(
    organisations: Iterable[Organisation], drafts: dict[int, OwnDraft], confirmed: set[int]
) -> list[todo.Item]:
    items = []
    for one in organisations:
        url = reverse("our_organisation_of", args=[one.pk])
        draft = drafts.get(one.pk)
        if draft and draft.state == OwnDraft.State.RETURNED:
            items.append(
                todo.Item(
                    f"own-returned:{one.pk}",
                    _("Sent back to you: %(name)s") % {"name": one.short_name()},
                    1,
                    url,
                    _("Correct"),
                    note=draft.note,
                    order=4,
                )
            )
        elif draft and draft.state == OwnDraft.State.DRAFT:
            items.append(
                todo.Item(
                    f"own-draft:{one.pk}",
                    _("Not yet sent: %(name)s") % {"name": one.short_name()},
                    1,
                    url,
                    _("Go on writing"),
                    order=15,
                )
            )
        elif draft is None and one.pk not in confirmed:
            items.append(
                todo.Item(
                    f"own-data:{one.pk}",
                    _("Confirm the data: %(name)s") % {"name": one.short_name()},
                    1,
                    url,
                    _("Check"),
                    note=_("Are the telephone and the place right? Two minutes."),
                    order=20,
                )
            )
    return items


def review_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """What organisations have sent, for those who may publish it. One query."""
    reading = [pk for pk in ids if todo.person(pk).has_perm(REVIEW_RIGHT)]
    if not reading:
        return {}
    item = todo.Item(
        "own-drafts",
        _("Corrections sent by organisations"),
        OwnDraft.objects.sent().count(),
        reverse("own_drafts"),
        _("Read and publish"),
        order=8,
    )
    return todo.answer((pk, [item]) for pk in reading)


def differences(draft: OwnDraft, language: str) -> list[dict[str, Any]]:
    """Field by field: what readers see now, and what the organisation wants them to see."""
    now: Values = public_values(draft.organisation)
    return [
        {
            "label": label_of(name),
            "language": split(name)[1],
            "name": name,
            "old": spoken(name, now[name], language),
            "new": spoken(name, draft.values.get(name), language),
        }
        for name in differing(now, draft.values)
    ]


def other_changes(draft: OwnDraft) -> list[Any]:
    """Pages whose newest draft also changes what the form does not show: written in the admin."""
    live = {page.pk: page for page in draft.organisation.pages.filter(live=True)}
    return [
        page
        for page in newest_pages(draft.organisation)
        if page.pk in live
        and (page.body != live[page.pk].body or page.address != live[page.pk].address)
    ]


def data_confirmed_on(organisation: Organisation) -> dt.date | None:
    """The day on which the organisation last found its data right. One query."""
    check = organisation.data_checks.answered().first()
    return check.answered_on if check else None


def digests_of_members() -> set[str]:
    """Keyed hashes of the addresses of people who speak for an organisation today. One query."""
    rows = Representative.objects.current().filter(user__is_active=True).exclude(user__email="")
    return {digest(address) for address in rows.values_list("user__email", flat=True)}
