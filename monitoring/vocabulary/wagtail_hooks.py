"""Reference words in the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from monitoring.core.two_editors import RecordEditView
from monitoring.vocabulary.models import District, Region, Status, Topic

NAMES = [FieldPanel("name_kk"), FieldPanel("name_ru"), FieldPanel("name_en")]


class TopicViewSet(SnippetViewSet):
    """Topics."""

    model = Topic
    edit_view_class = RecordEditView
    icon = "tag"
    copy_view_enabled = False
    panels = [FieldPanel("slug"), *NAMES]


class StatusViewSet(SnippetViewSet):
    """Statuses."""

    model = Status
    edit_view_class = RecordEditView
    icon = "tag"
    copy_view_enabled = False
    panels = [FieldPanel("key", heading=_("key")), *NAMES, FieldPanel("ends")]


class RegionViewSet(SnippetViewSet):
    """Regions."""

    model = Region
    edit_view_class = RecordEditView
    icon = "site"
    copy_view_enabled = False
    list_display = ("__str__", "code")
    panels = [
        FieldPanel(name)
        for name in (
            "code",
            "kato_prefix",
            "name_kk",
            "name_ru",
            "name_en",
            "also_known_as",
            "centre_kk",
            "centre_ru",
            "centre_en",
            "lat",
            "lon",
            "tile_row",
            "tile_col",
        )
    ]


class DistrictViewSet(SnippetViewSet):
    """Districts and cities of regional significance."""

    model = District
    edit_view_class = RecordEditView
    icon = "site"
    copy_view_enabled = False
    list_display = ("__str__", "region", "kato")
    list_filter = ("region", "kind")
    panels = [
        FieldPanel(name)
        for name in (
            "code",
            "kato",
            "name_kk",
            "name_ru",
            "name_en",
            "kind",
            "region",
            "lat",
            "lon",
            "source",
            "note",
        )
    ]


for viewset in (TopicViewSet, StatusViewSet, RegionViewSet, DistrictViewSet):
    register_snippet(viewset)
