"""The memorandum's rows in the admin: its texts, the rules once adopted, accessions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from coalition.memorandum.models import Accession, OpenRule, Provision


class ProvisionViewSet(SnippetViewSet):
    """Texts are corrected here; a new wording is a new version."""

    model = Provision
    icon = "list-ol"
    list_display = ["key", "section", "version"]
    form_fields = ["text_kk", "text_ru", "text_en"]


class OpenRuleViewSet(SnippetViewSet):
    """A rule gets its date and its text in three languages when the coalition adopts it."""

    model = OpenRule
    icon = "clipboard-list"
    list_display = ["name_ru", "adopted_on"]
    form_fields = ["adopted_on", "rule_kk", "rule_ru", "rule_en"]


class AccessionViewSet(SnippetViewSet):
    """Who has signed which version, from the first confirmed accession on."""

    model = Accession
    icon = "doc-full"
    list_display = ["organisation", "version", "acceded_on"]
    form_fields = ["version", "organisation", "acceded_on", "source"]


class MemorandumGroup(SnippetViewSetGroup):
    """One entry of the menu."""

    items = (ProvisionViewSet, OpenRuleViewSet, AccessionViewSet)
    menu_label = _("Memorandum")
    menu_icon = "doc-full"
    menu_order = 250


register_snippet(MemorandumGroup)
