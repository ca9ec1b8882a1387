"""Sources in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from monitoring.core.two_editors import RefuseOlder
from monitoring.evidence.forms import SourceForm
from monitoring.evidence.models import Source
from monitoring.evidence.services import source_edited


class SourceCreateView(CreateView):
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


class SourceEditView(RefuseOlder, EditView):
    """A source whose address was changed starts afresh."""

    def save_instance(self) -> Any:
        """Save, and make it due if it moved."""
        with transaction.atomic():
            source = super().save_instance()
            source_edited(source=source, moved="url" in self.form.changed_data)
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
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("url"),
            FieldRowPanel([FieldPanel("kind"), FieldPanel("language")]),
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
