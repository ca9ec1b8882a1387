"""The memorandum's rows in the admin: its texts, the rules once adopted, accessions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from coalition.memorandum.models import Accession, MemorandumPage, OpenRule, Provision
from coalition.pages.search import touch_page
from coalition.pages.services import note_change
from monitoring.core.two_editors import RecordEditView


class ProvisionViewSet(SnippetViewSet):
    """Texts are corrected here; a new wording is a new version."""

    model = Provision
    edit_view_class = RecordEditView
    icon = "list-ol"
    list_display = ["key", "section", "version"]
    panels = [FieldPanel(name) for name in ("text_kk", "text_ru", "text_en")]


class OpenRuleViewSet(SnippetViewSet):
    """A rule gets its date and its text in three languages when the coalition adopts it."""

    model = OpenRule
    edit_view_class = RecordEditView
    icon = "clipboard-list"
    list_display = ["name_ru", "adopted_on"]
    panels = [FieldPanel(name) for name in ("adopted_on", "rule_kk", "rule_ru", "rule_en")]


class AccessionViewSet(SnippetViewSet):
    """Who has signed which version, from the first confirmed accession on."""

    model = Accession
    edit_view_class = RecordEditView
    icon = "doc-full"
    list_display = ["organisation", "version", "acceded_on"]
    panels = [FieldPanel(name) for name in ("version", "organisation", "acceded_on", "source")]


class MemorandumGroup(SnippetViewSetGroup):
    """One entry of the menu."""

    items = (ProvisionViewSet, OpenRuleViewSet, AccessionViewSet)
    menu_label = _("Memorandum")
    menu_icon = "doc-full"
    menu_order = 250


register_snippet(MemorandumGroup)


@hooks.register("after_edit_snippet")
def index_again(request: HttpRequest, instance: Any) -> None:
    """The provisions are searched with the page that shows them."""
    if isinstance(instance, Provision):
        pages = MemorandumPage.objects.filter(locale__language_code="kk")
        note_change(pages=pages)
        for page in pages:
            touch_page(page)
