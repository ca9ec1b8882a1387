"""Sources in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from monitoring.core.two_editors import RefuseOlder
from monitoring.evidence.forms import SourceForm
from monitoring.evidence.models import Source
from monitoring.evidence.panels import SettingsPanel, SourcePanels
from monitoring.evidence.services import source_edited


class Trying:
    """A mixin for the views of the form: besides saving, it can be tried and shown anew."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, unless the form was sent by a button that writes nothing."""
        if "try" not in request.POST and "other_kind" not in request.POST:
            saved: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc] # a mixin
            return saved
        view: Any = self
        view.object = view.get_object() if "pk" in view.kwargs else None
        view.form = form = view.get_form()
        if "try" in request.POST:
            form.try_out()
        else:
            form.full_clean()
            form.forget_faults()
        shown: HttpResponse = view.render_to_response(view.get_context_data(form=form))
        return shown


class SourceCreateView(Trying, CreateView):
    """A new source is asked at once; its page says what came of it."""

    def save_instance(self) -> Any:
        """Save and make it due."""
        with transaction.atomic():
            source = super().save_instance()
            source_edited(source=source, moved=True)
        return source

    def get_success_url(self) -> str:
        """To its own page."""
        return reverse("source_state", args=[self.object.pk])


class SourceEditView(Trying, RefuseOlder, EditView):
    """A source whose address was changed starts afresh."""

    def save_instance(self) -> Any:
        """Save, and make it due if it moved."""
        with transaction.atomic():
            source = super().save_instance()
            source_edited(source=source, moved=self.form.read_otherwise)
        return source

    def get_success_url(self) -> str:
        """To its own page."""
        return reverse("source_state", args=[self.object.pk])


class SourceViewSet(SnippetViewSet):
    """Under `/admin/sources/`; never deleted, since its saved copies are evidence."""

    model = Source
    icon = "globe"
    menu_label = _("Sources")
    menu_name = "sources"
    menu_order = 220
    add_to_admin_menu = True
    base_url_path = "sources"
    add_view_class = SourceCreateView
    edit_view_class = SourceEditView
    list_display = ["name", "host", "paused", "last_success_at"]
    copy_view_enabled = False
    edit_handler = SourcePanels(
        [
            FieldPanel("name"),
            FieldPanel("url"),
            FieldPanel("language"),
            FieldPanel("kind"),
            SettingsPanel(heading=_("How it is read")),
            MultiFieldPanel(
                [
                    FieldPanel("body"),
                    FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("announce_within"),
                ],
                heading=_("Proposed for its entries"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("every_minutes"), FieldPanel("fresh_within")]),
                    FieldPanel("ca_bundle"),
                    FieldPanel("paused"),
                    FieldPanel("paused_reason"),
                ],
                heading=_("How it is asked"),
            ),
        ],
        base_form_class=SourceForm,
    )
