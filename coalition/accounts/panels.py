"""Panels of the admin's home page: what waits for me, and the own pages of a member-editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin.action_menu import SubmitForModerationMenuItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.snippets.action_menu import SubmitForModerationMenuItem as SubmitSnippetMenuItem

from coalition.accounts.limits import explorable, is_limited
from monitoring.core import todo


class _Review:
    """The words of the button, in the person's language."""

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Wagtail would add the stored name of the workflow, which is in three languages."""
        context: dict[str, Any] = super().get_context_data(parent_context)  # type: ignore[misc] # a mixin
        return {**context, "label": _("Send for review")}


class SendForReview(_Review, SubmitForModerationMenuItem):
    """Of a page."""


class SendTextForReview(_Review, SubmitSnippetMenuItem):
    """Of a text of a decision."""


class TodoPanel(Component):
    """What waits for the person who signed in, each with one click to act."""

    name = "todo"
    template_name = "accounts/admin/todo.html"
    order = 10

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """The items, deadlines first."""
        user = parent_context["request"].user
        language = (get_language() or "ru")[:2]
        return {"items": todo.waiting_for([user], language)[user.pk]}


class OwnPagesPanel(Component):
    """The pages that a member-editor may change: the organisation's, in each language."""

    name = "own_pages"
    template_name = "accounts/admin/own_pages.html"
    order = 20

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Pages on which the person's own groups have the right to change."""
        user = parent_context["request"].user
        if not is_limited(user):
            return {"pages": []}
        own = Page.objects.filter(
            group_permissions__group__user=user,
            group_permissions__permission__codename="change_page",
            pk__in=explorable(user).values("pk"),
        )
        return {"pages": own.select_related("locale").distinct().order_by("pk")}
