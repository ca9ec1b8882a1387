"""The room's rows in the admin: who gave money, kept by the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from coalition.website.models import Grant
from monitoring.core.two_editors import RecordEditView


class GrantViewSet(SnippetViewSet):
    """One row is one agreement."""

    model = Grant
    edit_view_class = RecordEditView
    icon = "form"
    menu_label = _("Funding")
    menu_order = 260
    add_to_admin_menu = True
    list_display = ["funder_ru", "amount", "currency", "year_from", "year_to"]
    panels = [
        MultiFieldPanel([FieldPanel(f"funder_{code}") for code in ("kk", "ru", "en")]),
        FieldRowPanel([FieldPanel("amount"), FieldPanel("currency")]),
        FieldRowPanel([FieldPanel("year_from"), FieldPanel("year_to")]),
        MultiFieldPanel([FieldPanel(f"purpose_{code}") for code in ("kk", "ru", "en")]),
        FieldPanel("source"),
    ]


register_snippet(GrantViewSet)
