"""Digests in the admin: addresses, the line in the menu, the action of the audit log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from monitoring.digests import admin_views


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
    ]


@hooks.register("register_admin_menu_item")
def digests_menu_item() -> MenuItem:
    """The line in the menu."""
    return DigestsMenuItem(
        _("Digests"), reverse_lazy("digest_runs"), icon_name="calendar", name="digests", order=920
    )


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """Closing a window stands in Wagtail's audit log."""
    actions.register_action("digests.close", _("Close a digest's window"), _("Window closed"))
