"""Sources in the admin: their viewset, a page of each, and the audit of what is asked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.snippets.models import register_snippet

from monitoring.evidence import views
from monitoring.evidence.models import Source
from monitoring.evidence.viewsets import SourceViewSet

register_snippet(SourceViewSet)


@hooks.register("register_admin_urls")
def source_urls() -> list[URLPattern]:
    """`/admin/sources/<id>/…`, beside the viewset's own."""
    return [
        path("sources/<int:pk>/", views.source_state, name="source_state"),
        path("sources/<int:pk>/fetch/", views.fetch_now, name="source_fetch_now"),
        path("sources/copies/<int:pk>/", views.saved_copy, name="saved_copy"),
    ]


@hooks.register("register_snippet_listing_buttons")
def state_button(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """From the list to a source's own page."""
    if isinstance(snippet, Source):
        yield Button(_("State and fetches"), reverse("source_state", args=[snippet.pk]), priority=5)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """What a person asks of a source stands in Wagtail's audit log."""
    actions.register_action(
        "evidence.ask_now", gettext_lazy("Ask the source now"), gettext_lazy("Asked at once")
    )
