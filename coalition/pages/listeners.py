"""The one bridge from Wagtail's and localize's signals to rows of ours. Listeners only write rows.

`post_save` and `post_delete` run inside the transaction of the save; `page_published` does not.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete
from wagtail.models import Page, PageViewRestriction, TaskState, WorkflowState
from wagtail.signals import (
    page_published,
    post_page_move,
    task_submitted,
    workflow_approved,
    workflow_rejected,
    workflow_submitted,
)
from wagtail_localize.models import TranslationLog

from coalition.pages import review, services
from coalition.pages.facts import share_facts
from coalition.pages.models import BasePage
from coalition.pages.search import touch_page
from monitoring.search.services import touch


def on_page_saved(sender: Any, instance: Any, raw: bool = False, **_: Any) -> None:
    """Any save of any page: by an editor, a workflow, the scheduler, localize or a command."""
    if isinstance(instance, Page) and not raw:
        services.note_save(page_id=instance.pk)
        touch_page(instance)


def on_page_rendered(sender: Any, instance: TranslationLog, created: bool, **_: Any) -> None:
    """Localize has written a page from its source and the strings translated so far."""
    if created:
        page = services.note_rendering(source=instance.source, locale_id=instance.locale_id)
        if page is not None:
            touch_page(page)


def on_page_published(sender: Any, instance: Page, **_: Any) -> None:
    """A version has gone live, by whatever hand: its facts are the original's."""
    share_facts(page=instance)


def before_page_deleted(sender: Any, instance: Any, **_: Any) -> None:
    """While the page still says under which id the search knows it, and where it stands."""
    if isinstance(instance, BasePage):
        instance._searched_as = instance.search_id()
        if instance.first_published_at is not None:
            instance._was_at = instance.get_url() or ""


def on_page_deleted(sender: Any, instance: Any, **_: Any) -> None:
    """The page is gone: take it out, and put what is left of it in under its new id."""
    if not isinstance(instance, BasePage):
        return
    services.note_removal(path=getattr(instance, "_was_at", ""))
    ids: list[Any] = [getattr(instance, "_searched_as", instance.pk)]
    if ids == [instance.pk]:
        versions = type(instance).objects.filter(translation_key=instance.translation_key)
        ids += versions.exclude(pk=instance.pk).order_by("pk").values_list("pk", flat=True)[:1]
    touch(instance.search_kind, ids)


def on_restriction_changed(sender: Any, instance: PageViewRestriction, **_: Any) -> None:
    """Who may see a page, and all below it, has changed."""
    _touch_tree(instance.page)


def on_page_moved(sender: Any, instance: Page, **_: Any) -> None:
    """A page has come under, or left, a restricted one."""
    _touch_tree(instance)


def _touch_tree(top: Page) -> None:
    pages = Page.objects.filter(path__startswith=top.path, depth__gt=1)
    services.note_change(pages=pages)
    for page in pages.specific():
        touch_page(page)


def on_text_submitted(sender: Any, instance: TaskState, user: Any = None, **_: Any) -> None:
    """Somebody sent a page or another text for review, or sent it again."""
    review.tell_submitted(task_state=instance, by=user)


def on_text_approved(sender: Any, instance: WorkflowState, user: Any = None, **_: Any) -> None:
    """The review ended well."""
    review.tell_approved(workflow_state=instance, by=user)


def on_text_returned(sender: Any, instance: WorkflowState, user: Any = None, **_: Any) -> None:
    """The text came back with a remark."""
    review.tell_returned(workflow_state=instance, by=user)


def on_review_asked(sender: Any, **_: Any) -> None:
    """The mail of the first task says it already."""


def _instead_of_wagtails_mails() -> None:
    # Django keeps the first receiver of a name: Wagtail's own, connected after this room is ready,
    # find their places taken. A test asserts that each occasion sends one mail, and which.
    for signal, receiver, model, name in (
        (task_submitted, on_text_submitted, TaskState, "group_approval_task_submitted"),
        (workflow_submitted, on_review_asked, WorkflowState, "workflow_state_submitted"),
        (workflow_approved, on_text_approved, WorkflowState, "workflow_state_approved"),
        (workflow_rejected, on_text_returned, WorkflowState, "workflow_state_rejected"),
    ):
        signal.connect(receiver, sender=model, dispatch_uid=f"{name}_email_notification")


def connect() -> None:
    """Listen. Called once, by the room's `ready()`."""
    _instead_of_wagtails_mails()
    post_save.connect(on_page_saved, dispatch_uid="pages.saved")
    page_published.connect(on_page_published, dispatch_uid="pages.published")
    pre_delete.connect(before_page_deleted, dispatch_uid="pages.deleting")
    post_delete.connect(on_page_deleted, dispatch_uid="pages.deleted")
    post_save.connect(on_page_rendered, sender=TranslationLog, dispatch_uid="pages.rendered")
    for signal in (post_save, post_delete):
        signal.connect(
            on_restriction_changed, sender=PageViewRestriction, dispatch_uid="pages.restricted"
        )
    post_page_move.connect(on_page_moved, dispatch_uid="pages.moved")
