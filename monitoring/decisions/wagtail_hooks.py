"""The room's views in the admin."""

from __future__ import annotations

from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from monitoring.decisions.models import Decision
from monitoring.decisions.viewsets import (
    DecisionViewSet,
    EditionViewSet,
    KindViewSet,
    NeverRemoved,
    StageViewSet,
)

register_permission_policy(Decision, NeverRemoved(Decision))
register_snippet(EditionViewSet)
register_snippet(KindViewSet)
register_snippet(StageViewSet)


@hooks.register("register_admin_viewset")
def decisions() -> DecisionViewSet:
    """Decisions stand in the main menu."""
    return DecisionViewSet()
