"""Search in the admin: synonyms, a change of which asks for a new index at once, and its state."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from monitoring.core import sweeps
from monitoring.core.two_editors import RecordEditView
from monitoring.search import admin_views, state
from monitoring.search.forms import FIELDS, SynonymForm
from monitoring.search.models import Synonym
from monitoring.search.services import SWEEP


class SynonymCreateView(CreateView):
    """A new synonym may begin with a query that found nothing: `?terms_kk=…`."""

    def get_initial_form_instance(self) -> Synonym:
        """The empty synonym, with the terms of the address."""
        given = {name: self.request.GET.get(name, "")[:200] for name in FIELDS}
        return Synonym(**given)


class SynonymViewSet(SnippetViewSet):
    """Terms that name one thing; those that nobody has reviewed can be listed."""

    model = Synonym
    add_view_class = SynonymCreateView
    edit_view_class = RecordEditView
    icon = "search"
    copy_view_enabled = False
    list_display = ("__str__", "terms_ru", "terms_en", "opaque", "active", "reviewed")
    list_filter = ("reviewed", "active", "opaque")
    ordering = ("key",)
    panels = [
        HelpPanel(
            _(
                "One term a line, in its basic form: every ending is understood. A word that names "
                "several bodies is no synonym of any of them."
            )
        ),
        FieldPanel("terms_kk"),
        FieldPanel("terms_ru"),
        FieldPanel("terms_en"),
        FieldPanel("opaque"),
        FieldPanel("active"),
        FieldPanel("reviewed"),
        FieldPanel("note"),
        HelpPanel(template="search/admin/preview_button.html"),
    ]


# Set here, not on the model: models know no forms.
Synonym.base_form_class = SynonymForm  # type: ignore[attr-defined]  # Wagtail reads it
register_snippet(SynonymViewSet)


@hooks.register("register_admin_urls")
def search_urls() -> list[URLPattern]:
    """`/admin/search-queries/…`."""
    return [
        path("search-queries/", admin_views.asked_queries, name="search_asked"),
        path("search-queries/why/", admin_views.why, name="search_why"),
        path("search-queries/preview/", admin_views.preview, name="search_preview"),
    ]


class AskedMenuItem(MenuItem):
    """Seen by those who keep synonyms."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For editors, analysts, the secretariat."""
        user: Any = request.user
        return bool(user.has_perm("search.view_askedquery"))


@hooks.register("register_reports_menu_item")
def asked_menu_item() -> MenuItem:
    """Among the reports."""
    return AskedMenuItem(
        _("What people search for"),
        reverse_lazy("search_asked"),
        icon_name="search",
        name="search-asked",
        order=900,
    )


def _ring(request: HttpRequest, changed: Any) -> None:
    """Ask the indexer to look: an index made with other synonyms is made anew."""
    instances = changed if isinstance(changed, list) else [changed]
    if any(isinstance(one, Synonym) for one in instances):
        sweeps.ring(SWEEP)


for _moment in ("after_create_snippet", "after_edit_snippet", "after_delete_snippet"):
    hooks.register(_moment, _ring)


class StateMenuItem(MenuItem):
    """Seen by those who answer for the running of the site."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For the secretariat and administrators."""
        return state.may_see(request)


@hooks.register("register_admin_urls")
def state_url() -> list[URLPattern]:
    """`/admin/search-state/`."""
    return [path("search-state/", state.state, name="search_state")]


@hooks.register("register_admin_menu_item")
def state_menu_item() -> MenuItem:
    """The line in the menu."""
    return StateMenuItem(
        _("State of search"),
        reverse_lazy("search_state"),
        icon_name="search",
        name="search-state",
        order=926,
    )
