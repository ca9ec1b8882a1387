"""The room's views in the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from monitoring.decisions import entry_views, merge_views, reports, version_views
from monitoring.decisions.choosers import DecisionChooserViewSet, decision_chooser
from monitoring.decisions.deadline_viewsets import DeadlineViewSet
from monitoring.decisions.models import Decision
from monitoring.decisions.procedure_viewsets import ProcedureViewSet, decision_procedure
from monitoring.decisions.viewsets import (
    DeadlineKindViewSet,
    DecisionViewSet,
    EditionViewSet,
    KindViewSet,
    NeverRemoved,
    StageViewSet,
)
from monitoring.decisions.vote_viewsets import MotionKindViewSet, VoteEventViewSet

register_permission_policy(Decision, NeverRemoved(Decision))
register_snippet(EditionViewSet)
register_snippet(KindViewSet)
register_snippet(StageViewSet)
register_snippet(ProcedureViewSet)
register_snippet(DeadlineKindViewSet)
register_snippet(VoteEventViewSet)
register_snippet(MotionKindViewSet)


@hooks.register("register_admin_viewset")
def decisions() -> DecisionViewSet:
    """Decisions stand in the main menu."""
    return DecisionViewSet()


@hooks.register("register_admin_urls")
def report_urls() -> list[URLPattern]:
    """`/admin/reports/unchecked/` and the click that notes a comparison."""
    view = reports.UncheckedReport
    return [
        path("reports/unchecked/", view.as_view(), name="unchecked_report"),
        path(
            "reports/unchecked/results/",
            view.as_view(results_only=True),
            name="unchecked_report_results",
        ),
        path("decisions/<int:pk>/checked/", reports.decision_checked, name="decision_checked"),
        path("decisions/<int:pk>/procedure/", decision_procedure, name="decision_procedure"),
    ]


class UncheckedMenuItem(MenuItem):
    """Shown to those who keep decisions or sources."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Any of the report's rights."""
        return any(request.user.has_perm(right) for right in reports.UncheckedReport.rights)


@hooks.register("register_reports_menu_item")
def unchecked_menu_item() -> MenuItem:
    """First among the reports."""
    return UncheckedMenuItem(
        _("Not checked for 14 days"),
        reverse_lazy("unchecked_report"),
        name="unchecked",
        icon_name="time",
        order=100,
    )


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """A comparison stands in the history of the decision."""
    actions.register_action(
        "decisions.checked", _("Checked today"), _("Compared with its source, nothing to change")
    )


@hooks.register("register_admin_viewset")
def deadlines() -> DeadlineViewSet:
    """Deadlines beside them."""
    return DeadlineViewSet()


@hooks.register("register_admin_viewset")
def chooser() -> DecisionChooserViewSet:
    """The window in which rooms above choose decisions."""
    return decision_chooser


@hooks.register("register_admin_urls")
def text_urls() -> list[URLPattern]:
    """The versions of a decision's text."""
    return [
        path("decisions/<int:pk>/texts/", version_views.decision_texts, name="decision_texts"),
        path(
            "decisions/texts/<int:pk>/withdraw/", version_views.text_withdraw, name="text_withdraw"
        ),
    ]


@hooks.register("register_admin_urls")
def merge_urls() -> list[URLPattern]:
    """Two records made one, and taken apart."""
    return [
        path("decisions/<int:pk>/merge/", merge_views.decision_merge, name="decision_merge"),
        path("decisions/merges/<int:pk>/undo/", merge_views.merge_undo, name="merge_undo"),
    ]


@hooks.register("register_admin_urls")
def entry_urls() -> list[URLPattern]:
    """What is offered while an act is entered."""
    return [path("decisions/doubles/", entry_views.decision_doubles, name="decision_doubles")]
