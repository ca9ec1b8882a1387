"""Pages in the admin: an editor's confirmation that a translation says what the original says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.widgets import Button
from wagtail.models import Page

from coalition.pages import admin_views
from coalition.pages.models import State
from coalition.pages.reports import TranslationQueue
from coalition.pages.selectors import record_of
from monitoring.core.checklists import missing


@hooks.register("register_admin_urls")
def language_urls() -> list[URLPattern]:
    """`/admin/pages/<id>/language/` and the queue of translations."""
    return [
        path(
            "pages/<int:pk>/language/", admin_views.confirm_language, name="page_confirm_language"
        ),
        path("reports/translations-waiting/", TranslationQueue.as_view(), name="translation_queue"),
        path(
            "reports/translations-waiting/results/",
            TranslationQueue.as_view(results_only=True),
            name="translation_queue_results",
        ),
    ]


class QueueMenuItem(MenuItem):
    """Shown to those who translate."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Any of the report's rights."""
        return any(request.user.has_perm(right) for right in TranslationQueue.rights)


@hooks.register("register_reports_menu_item")
def queue_menu_item() -> MenuItem:
    """After what was not checked."""
    return QueueMenuItem(
        gettext_lazy("Waiting for translation"),
        reverse_lazy("translation_queue"),
        name="translation-queue",
        icon_name="wagtail-localize-language",
        order=110,
    )


@hooks.register("register_page_header_buttons")
@hooks.register("register_page_listing_more_buttons")
def confirm_button(
    page: Page, user: Any, view_name: str | None = None, next_url: str | None = None
) -> Iterator[Button]:
    """On a translation that readers do not see, or that is older than its original."""
    if page.is_root() or not page.permissions_for_user(user).can_publish():
        return
    record = record_of(page)
    if record is not None and not record.is_original and record.state != State.COMPLETE:
        url = reverse("page_confirm_language", args=[page.pk])
        yield Button(_("Confirm the translation"), url, icon_name="check", priority=65)


@hooks.register("before_edit_page")
@hooks.register("before_edit_snippet")
def show_the_remark(request: HttpRequest, thing: Any) -> None:
    """A text that came back says so, and why, where its author opens it."""
    state = getattr(thing, "current_workflow_state", None)
    if request.method != "GET" or state is None:
        return
    if state.status == state.STATUS_NEEDS_CHANGES and state.current_task_state:
        remark = state.current_task_state.specific.get_comment() or "–"
        messages.warning(
            request,
            _("The secretariat returned this text: “%(remark)s” Correct it and send it again.")
            % {"remark": remark},
        )


@hooks.register("after_publish_page")
def name_what_is_missing(request: HttpRequest, page: Page) -> None:
    """Publishing is not refused for it, but what readers miss is said, and what to do."""
    thing = page.specific if isinstance(page, Page) else page
    for check in missing(thing) if hasattr(thing, "checklist") else ():
        messages.warning(
            request,
            _("Published, but readers still miss this: %(what)s. %(todo)s")
            % {"what": check.label, "todo": check.todo},
        )


@hooks.register("after_edit_snippet")
@hooks.register("after_create_snippet")
def name_what_a_text_lacks(request: HttpRequest, text: Any) -> None:
    """Likewise for texts of decisions."""
    if "action-publish" in request.POST and hasattr(text, "checklist"):
        name_what_is_missing(request, text)


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    """The few rules of our own parts of the admin."""
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("css/admin.css"))


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """A confirmation stands in Wagtail's audit log too."""
    actions.register_action(
        "pages.confirm_language",
        gettext_lazy("Confirm the translation"),
        gettext_lazy("Translation confirmed"),
    )
