"""The queue in the admin: its addresses and its line in the menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.models import register_snippet

from monitoring.core import sweeps
from monitoring.intake import queue_views, revision_views, views
from monitoring.intake.models import TopicRule
from monitoring.intake.services import SCORING
from monitoring.intake.sheet.registered import DECISIONS
from monitoring.intake.sheet.views import viewset
from monitoring.intake.viewsets import AutoAcceptViewSet, TopicRuleViewSet

register_snippet(TopicRuleViewSet)
register_snippet(AutoAcceptViewSet)


@hooks.register("register_admin_urls")
def candidate_urls() -> list[URLPattern]:
    """`/admin/candidates/…`."""
    return [
        path("candidates/", queue_views.candidates, name="candidates"),
        path("candidates/bulk/", queue_views.bulk, name="candidate_bulk"),
        path("candidates/looked/", queue_views.looked, name="candidate_looked"),
        path("candidates/actions/", queue_views.actions, name="candidate_actions"),
        path("candidates/actions/<int:pk>/undo/", queue_views.undo_action, name="candidate_undo"),
        path("candidates/changed/", revision_views.changed, name="revisions"),
        path("candidates/changed/<int:pk>/", revision_views.compared, name="revision_compared"),
        path("candidates/<int:pk>/same/", queue_views.same, name="candidate_same"),
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


@hooks.register("after_delete_snippet")
def score_anew(request: HttpRequest, instances: Any) -> None:
    """Without a rule the points of what waits are others."""
    if any(isinstance(one, TopicRule) for one in instances):
        sweeps.ring(SCORING)
