"""What waits for a person in the admin itself: reviews, texts sent back, own drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page, Revision, TaskState, WorkflowState

from coalition.accounts.models import User
from monitoring.core import todo
from monitoring.core.sections import Section


def workflow_todo(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Reviews that a person may decide, own texts that came back, own drafts never sent."""
    return todo.answer((pk, _items(todo.person(pk))) for pk in ids)


def _items(user: User) -> list[todo.Item]:
    if not user.has_perm("wagtailadmin.access_admin"):
        return []
    return [*_reviews(user), *_returned(user), *_drafts(user)]


def _reviews(user: User) -> list[todo.Item]:
    states = (
        TaskState.objects.reviewable_by(user)
        .filter(status=TaskState.STATUS_IN_PROGRESS)
        .select_related("workflow_state")
        .prefetch_related("workflow_state__content_object")
        .order_by("started_at")
    )
    waiting = [one for one in states if one.workflow_state.content_object]
    if not waiting:
        return []
    oldest = waiting[0]
    url = _edit_url(oldest.workflow_state.content_object) if len(waiting) == 1 else ""
    return [
        todo.Item(
            name="reviews",
            label=_("Texts sent for review"),
            count=len(waiting),
            url=url or f"{reverse('wagtailadmin_reports:workflow')}?reviewable=true",
            action=_("Review"),
            note=_("The oldest: “%(title)s”") % {"title": oldest.workflow_state.content_object},
            order=10,
        )
    ]


def _returned(user: User) -> list[todo.Item]:
    states = (
        WorkflowState.objects.filter(requested_by=user, status=WorkflowState.STATUS_NEEDS_CHANGES)
        .select_related("current_task_state")
        .prefetch_related("content_object")
        .order_by("-created_at")
    )
    # What was deleted since, or sent again under a newer state, waits for nobody.
    found = [one for one in states if one.content_object]
    found = [one for one in found if one.content_object.current_workflow_state == one]
    return [
        todo.Item(
            name=f"returned:{one.pk}",
            label=_("Sent back to you: “%(title)s”") % {"title": one.content_object},
            count=1,
            url=_edit_url(one.content_object),
            action=_("Correct"),
            note=one.current_task_state.comment if one.current_task_state else "",
            order=5,
        )
        for one in found
    ]


def _drafts(user: User) -> list[todo.Item]:
    """Pages whose newest draft is the person's own and under no review."""
    mine = Revision.objects.filter(user=user).values("pk")
    under_review = WorkflowState.objects.active().filter(
        base_content_type=ContentType.objects.get_for_model(Page)
    )
    busy = {int(one) for one in under_review.values_list("object_id", flat=True)}
    pages = [
        page
        for page in Page.objects.filter(has_unpublished_changes=True, latest_revision__in=mine)
        .only("pk", "draft_title", "title")
        .order_by("latest_revision_created_at")
        if page.pk not in busy
    ]
    if not pages:
        return []
    first = reverse("wagtailadmin_pages:edit", args=[pages[0].pk])
    return [
        todo.Item(
            name="drafts",
            label=_("Your drafts, not yet sent for review"),
            count=len(pages),
            url=first,
            action=_("Go on writing"),
            note=_("The oldest: “%(title)s”") % {"title": pages[0].draft_title},
            order=60,
        )
    ]


def _edit_url(thing: Any) -> str:
    """Where a person with every right edits a thing; the view itself asks for the right."""
    if isinstance(thing, Page):
        return reverse("wagtailadmin_pages:edit", args=[thing.pk])
    return str(AdminURLFinder().get_edit_url(thing) or reverse("wagtailadmin_home"))
