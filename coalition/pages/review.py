"""Mails of the secretariat's review: to the secretariat when a text is sent, to its author after.

They take the place of Wagtail's own (same occasions, same switches in a person's account), which
name no sender, say "rejected" for a text that only came back, and write twice to superusers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page, TaskState, WorkflowState
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.accounts.services import language_of
from monitoring.mailing.services import queue_mail

SUBMITTED, APPROVED, RETURNED = "submitted", "approved", "returned"
SWITCHES = {SUBMITTED: "submitted", APPROVED: "approved", RETURNED: "rejected"}
"""Which switch of a person's account (`<name>_notifications`) belongs to which mail."""

_told_elsewhere: list[Callable[[WorkflowState], bool]] = []


def tell_submitted(*, task_state: TaskState, by: User | None = None) -> int:
    """A text waits for review: mail those who may review it. Returns how many were told.

    Where nobody has the role yet, the superusers hear of it. The sender never writes to oneself.
    """
    groups = getattr(task_state.task.specific, "groups", None)
    people = get_user_model().objects.filter(is_active=True)
    reviewers = people.filter(groups__in=groups.all()).distinct() if groups is not None else []
    told = list(reviewers) or list(people.filter(is_superuser=True))
    thing = task_state.workflow_state.content_object
    return _tell(SUBMITTED, task_state.pk, (one for one in told if one != by), thing, by)


def tell_approved(*, workflow_state: WorkflowState, by: User | None = None) -> int:
    """A text was approved: mail who sent it, unless it is the same person."""
    people = _author(workflow_state, by)
    return _tell(APPROVED, workflow_state.pk, people, workflow_state.content_object, by)


def tell_returned(*, workflow_state: WorkflowState, by: User | None = None) -> int:
    """A text came back: mail who sent it, with the remark."""
    step = workflow_state.current_task_state
    remark = str(step.specific.get_comment() or "")
    people = _author(workflow_state, by)
    return _tell(RETURNED, step.pk, people, workflow_state.content_object, by, remark)


def leave_to(tells: Callable[[WorkflowState], bool]) -> None:
    """An upper room tells the author of some texts itself: those for which `tells` is true."""
    if tells not in _told_elsewhere:
        _told_elsewhere.append(tells)


def _author(workflow_state: WorkflowState, by: User | None) -> list[User]:
    if any(tells(workflow_state) for tells in _told_elsewhere):
        return []
    author = workflow_state.requested_by
    return [author] if author is not None and author != by and author.is_active else []


def _tell(
    event: str, pk: int, people: Iterable[User], thing: Any, by: User | None, remark: str = ""
) -> int:
    told = 0
    for person in people:
        if not getattr(UserProfile.get_for_user(person), f"{SWITCHES[event]}_notifications"):
            continue
        language = language_of(person)
        with translation.override(language):
            context = {"event": event, "by": by.get_full_name() if by else "", "remark": remark}
            context |= _described(thing, person)
        queue_mail(
            key=f"review:{event}:{pk}:{person.pk}",
            to=person.email,
            template="review",
            language=language,
            context=context,
        )
        told += 1
    return told


def _described(thing: Any, person: User) -> dict[str, str]:
    """Title, kind and addresses of a page or another text, in the active language."""
    if isinstance(thing, Page):
        page = thing.specific_class.objects.get(pk=thing.pk)  # as it stands after the approval
        return {
            "title": page.get_admin_display_title(),
            "what": str(page._meta.verbose_name),
            "in_language": page.locale.get_display_name(),
            "edit": reverse("wagtailadmin_pages:edit", args=[page.pk]),
            "public": (page.full_url or "") if page.live else "",
        }
    thing = type(thing)._default_manager.get(pk=thing.pk)
    latest = thing.get_latest_revision_as_object()
    decision = getattr(thing, "decision", None)
    return {
        "title": str(latest),
        "what": str(thing._meta.verbose_name),
        "in_language": str(getattr(thing, "get_language_display", str)()),
        "edit": AdminURLFinder(person).get_edit_url(thing) or reverse("wagtailadmin_home"),
        "public": _address(decision) if thing.live and decision else "",
    }


def _address(decision: Any) -> str:
    root = str(settings.WAGTAILADMIN_BASE_URL).rstrip("/")
    return f"{root}{decision.address_in((translation.get_language() or 'kk')[:2])}"
