"""The queue in the admin: its addresses and its line in the menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from monitoring.intake import views
from monitoring.intake.sheet.registered import DECISIONS
from monitoring.intake.sheet.views import viewset


@hooks.register("register_admin_urls")
def candidate_urls() -> list[URLPattern]:
    """`/admin/candidates/…`."""
    return [
        path("candidates/", views.candidates, name="candidates"),
        path("candidates/<int:pk>/", views.candidate, name="candidate"),
        path("candidates/<int:pk>/accept/", views.accept, name="candidate_accept"),
        path("candidates/<int:pk>/merge/", views.merge, name="candidate_merge"),
        path("candidates/<int:pk>/reject/", views.reject, name="candidate_reject"),
    ]


class CandidatesMenuItem(MenuItem):
    """Shown to those who may look into the queue."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Analysts and administrators."""
        return bool(request.user.has_perm("intake.view_candidate"))


@hooks.register("register_admin_menu_item")
def candidates_menu_item() -> MenuItem:
    """After the decisions, before the sources."""
    return CandidatesMenuItem(
        _("Incoming entries"),
        reverse_lazy("candidates"),
        name="candidates",
        icon_name="download",
        order=210,
    )


@hooks.register("register_admin_viewset")
def decisions_sheet() -> ViewSet:
    """Decisions as a table, beside the decisions."""
    return viewset(DECISIONS, 205)
