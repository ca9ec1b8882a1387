"""Public bodies and events in the admin."""

from __future__ import annotations

from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from monitoring.core.two_editors import RecordEditView
from monitoring.institutions.models import Body, BodyKind, Event, EventKind

NAMES = [FieldPanel("name_kk"), FieldPanel("name_ru"), FieldPanel("name_en")]
DATES = [
    FieldRowPanel([FieldPanel("date_from"), FieldPanel("date_from_precision")]),
    FieldRowPanel([FieldPanel("date_to"), FieldPanel("date_to_precision")]),
]
ATTESTED = [FieldPanel("verified"), FieldPanel("source"), FieldPanel("note")]


class BodyViewSet(SnippetViewSet):
    """Public bodies."""

    model = Body
    edit_view_class = RecordEditView
    icon = "group"
    copy_view_enabled = False
    list_display = ("__str__", "kind", "date_from", "date_to", "verified")
    list_filter = ("kind", "verified")
    panels = [
        FieldPanel("key"),
        *NAMES,
        FieldPanel("kind"),
        FieldPanel("parent"),
        FieldPanel("successor"),
        *DATES,
        FieldPanel("has_page"),
        *ATTESTED,
    ]


class BodyKindViewSet(SnippetViewSet):
    """Kinds of public body."""

    model = BodyKind
    edit_view_class = RecordEditView
    icon = "tag"
    copy_view_enabled = False
    list_display = ("__str__", "key", "verified")
    panels = [FieldPanel("key"), *NAMES, FieldPanel("successor"), *DATES, *ATTESTED]


class EventViewSet(SnippetViewSet):
    """Events."""

    model = Event
    edit_view_class = RecordEditView
    icon = "date"
    copy_view_enabled = False
    list_display = ("__str__", "kind", "date", "verified")
    list_filter = ("kind", "verified")
    panels = [
        FieldPanel("key"),
        *NAMES,
        FieldPanel("kind"),
        FieldRowPanel([FieldPanel("date"), FieldPanel("date_end"), FieldPanel("precision")]),
        FieldPanel("status"),
        FieldPanel("body"),
        FieldPanel("body_kind"),
        *ATTESTED,
    ]


class EventKindViewSet(SnippetViewSet):
    """Kinds of event."""

    model = EventKind
    edit_view_class = RecordEditView
    icon = "tag"
    copy_view_enabled = False
    panels = [FieldPanel("key"), *NAMES]


for viewset in (BodyViewSet, BodyKindViewSet, EventViewSet, EventKindViewSet):
    register_snippet(viewset)
