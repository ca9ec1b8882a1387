"""Digests in the admin: addresses, the line in the menu, the action of the audit log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from monitoring.digests import admin_views, correction_views, desk_views, letter_views


class DigestsMenuItem(MenuItem):
    """Seen by those who may see the runs."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For analysts, the secretariat, administrators."""
        user: Any = request.user
        return bool(user.has_perm("digests.view_digestrun"))


@hooks.register("register_admin_urls")
def digest_urls() -> list[URLPattern]:
    """`/admin/digests/…`."""
    return [
        path("digests/", admin_views.run_list, name="digest_runs"),
        path("digests/close/", admin_views.close_window, name="digest_close"),
        path("digests/issue/<slug:frequency>/", desk_views.issue_desk, name="digest_desk"),
        path("digests/issue/<slug:frequency>/act/", desk_views.issue_act, name="digest_act"),
        path(
            "digests/issue/<slug:frequency>/preview/",
            desk_views.issue_preview,
            name="digest_preview",
        ),
        path("digests/issue/<slug:frequency>/test/", desk_views.issue_test, name="digest_test"),
        path("digests/letters/", letter_views.letter_list, name="letter_list"),
        path("digests/letters/new/", letter_views.letter_edit, name="letter_new"),
        path("digests/letters/<int:pk>/", letter_views.letter_edit, name="letter_edit"),
        path("digests/letters/<int:pk>/count/", letter_views.letter_count, name="letter_count"),
        path(
            "digests/letters/<int:pk>/preview/<slug:language>/",
            letter_views.letter_preview,
            name="letter_preview",
        ),
        path(
            "digests/letters/<int:pk>/html/<slug:language>/",
            letter_views.letter_html,
            name="letter_html",
        ),
        path("digests/letters/<int:pk>/send/", letter_views.letter_send, name="letter_send"),
        path("digests/corrections/", correction_views.correction_list, name="digest_corrections"),
        path(
            "digests/corrections/new/<int:change>/",
            correction_views.correction_new,
            name="digest_correction_new",
        ),
        path(
            "digests/corrections/<int:pk>/", correction_views.correction, name="digest_correction"
        ),
        path(
            "digests/corrections/<int:pk>/release/",
            correction_views.correction_release,
            name="digest_correction_release",
        ),
    ]


@hooks.register("register_admin_menu_item")
def digests_menu_item() -> MenuItem:
    """The line in the menu."""
    return DigestsMenuItem(
        _("Digests"), reverse_lazy("digest_runs"), icon_name="calendar", name="digests", order=920
    )


class CorrectionsMenuItem(MenuItem):
    """Seen by those who may correct what was told."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For editors, analysts, the secretariat, administrators."""
        user: Any = request.user
        return bool(user.has_perm("digests.correct_digest"))


@hooks.register("register_admin_menu_item")
def corrections_menu_item() -> MenuItem:
    """The line in the menu."""
    return CorrectionsMenuItem(
        _("Corrections of digests"),
        reverse_lazy("digest_corrections"),
        icon_name="warning",
        name="digest-corrections",
        order=921,
    )


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """What people do to runs, issues, letters and corrections stands in Wagtail's audit log."""
    actions.register_action("digests.lead", _("Write an issue's lead"), _("Lead written"))
    actions.register_action("digests.hold", _("Hold an issue"), _("Issue held"))
    actions.register_action("digests.release", _("Release an issue"), _("Issue released"))
    actions.register_action("digests.cancel", _("Cancel an issue"), _("Issue cancelled"))
    actions.register_action("digests.letter", _("Write a letter"), _("Letter written"))
    actions.register_action("digests.send", _("Send a letter"), _("Letter sent"))
    actions.register_action("digests.close", _("Close a digest's window"), _("Window closed"))
    actions.register_action(
        "digests.correct", _("Write a correction of a digest"), _("Correction of a digest written")
    )
    actions.register_action(
        "digests.correct_release",
        _("Release a correction of a digest"),
        _("Correction of a digest released"),
    )
