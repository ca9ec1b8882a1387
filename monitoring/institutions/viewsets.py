"""Public bodies, who sits in them, and events in the admin; everything through the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.log_actions import log
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from monitoring.core.two_editors import RecordEditView
from monitoring.institutions.models import (
    Body,
    BodyKind,
    Convocation,
    Event,
    EventKind,
    Membership,
    Person,
    Post,
)
from monitoring.institutions.services import save_body, save_membership, save_record

NAMES = [FieldPanel("name_kk"), FieldPanel("name_ru"), FieldPanel("name_en")]
DATES = [
    FieldRowPanel([FieldPanel("date_from"), FieldPanel("date_from_precision")]),
    FieldRowPanel([FieldPanel("date_to"), FieldPanel("date_to_precision")]),
]
ATTESTED = [FieldPanel("verified"), FieldPanel("source"), FieldPanel("note")]
SEATED = ("body", "convocation", "post", "person", "on_behalf_of")
"""Chosen from plain lists, in which one types the first letters."""


def plain(name: str) -> FieldPanel:
    """A choice that needs no window."""
    return FieldPanel(name, widget=forms.Select)


class Recorded:
    """A view that writes through a service; what the service refuses stands beside its box."""

    write: Callable[[Any], Any] = staticmethod(lambda row: save_record(record=row))

    def save_instance(self) -> Any:
        """Written and noted in the history."""
        row = self.form.instance  # type: ignore[attr-defined]  # the view's
        action = "wagtail.edit" if row.pk else "wagtail.create"
        self.write(row)
        log(instance=row, action=action, user=self.request.user)  # type: ignore[attr-defined]  # likewise
        return row

    def form_valid(self, form: Any) -> HttpResponse:
        """Saved, or shown again with all that was typed."""
        answer: HttpResponse
        try:
            answer = super().form_valid(form)  # type: ignore[misc]  # a mixin
        except ValidationError as error:
            for name, errors in error.update_error_dict({}).items():
                form.add_error(name if name in form.fields else None, errors)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]  # the view's
            answer = self.form_invalid(form)  # type: ignore[attr-defined]  # likewise
        return answer


class AddRecordView(Recorded, CreateView):
    """A new row of the record."""


class EditRecordView(Recorded, RecordEditView):
    """A row corrected; a colleague's newer change is not overwritten."""


class AddBodyView(AddRecordView):
    """A new body."""

    write = staticmethod(lambda row: save_body(body=row))


class EditBodyView(EditRecordView):
    """A body corrected or ended."""

    write = staticmethod(lambda row: save_body(body=row))


class AddMembershipView(AddRecordView):
    """Somebody takes a seat."""

    write = staticmethod(lambda row: save_membership(membership=row))


class EditMembershipView(EditRecordView):
    """A seat corrected or given up."""

    write = staticmethod(lambda row: save_membership(membership=row))


class BodyViewSet(SnippetViewSet):
    """Public bodies."""

    model = Body
    add_view_class = AddBodyView
    edit_view_class = EditBodyView
    icon = "group"
    copy_view_enabled = False
    list_display = ("__str__", "kind", "date_from", "date_to", "verified")
    list_filter = ("kind", "region", "verified")
    panels = [
        FieldPanel("key"),
        *NAMES,
        FieldPanel("kind"),
        FieldPanel("parent"),
        FieldPanel("successor"),
        FieldRowPanel([plain("region"), plain("district")]),
        *DATES,
        FieldPanel("has_page"),
        *ATTESTED,
    ]


class BodyKindViewSet(SnippetViewSet):
    """Kinds of public body."""

    model = BodyKind
    add_view_class = AddRecordView
    edit_view_class = EditRecordView
    icon = "tag"
    copy_view_enabled = False
    list_display = ("__str__", "key", "verified")
    panels = [FieldPanel("key"), *NAMES, FieldPanel("successor"), *DATES, *ATTESTED]


class EventViewSet(SnippetViewSet):
    """Events."""

    model = Event
    add_view_class = AddRecordView
    edit_view_class = EditRecordView
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
    add_view_class = AddRecordView
    edit_view_class = EditRecordView
    icon = "tag"
    copy_view_enabled = False
    panels = [FieldPanel("key"), *NAMES]


class ConvocationViewSet(SnippetViewSet):
    """Convocations."""

    model = Convocation
    add_view_class = AddRecordView
    edit_view_class = EditRecordView
    icon = "calendar"
    copy_view_enabled = False
    list_display = ("body", "number", "date_from", "date_to", "verified")
    list_filter = ("body",)
    panels = [plain("body"), FieldPanel("number"), *DATES, *ATTESTED]


class PersonViewSet(SnippetViewSet):
    """Persons in office."""

    model = Person
    add_view_class = AddRecordView
    edit_view_class = EditRecordView
    icon = "user"
    copy_view_enabled = False
    list_display = ("__str__", "verified")
    list_filter = ("verified",)
    panels = [*NAMES, FieldPanel("links"), *ATTESTED]


class PostViewSet(SnippetViewSet):
    """Offices of bodies."""

    model = Post
    add_view_class = AddRecordView
    edit_view_class = EditRecordView
    icon = "tag"
    copy_view_enabled = False
    list_display = ("__str__", "verified")
    list_filter = ("body",)
    panels = [plain("body"), *NAMES, *ATTESTED]


class MembershipViewSet(SnippetViewSet):
    """Who sits where, from when until when."""

    model = Membership
    add_view_class = AddMembershipView
    edit_view_class = EditMembershipView
    icon = "group"
    copy_view_enabled = False
    list_display = ("person", "body", "post", "date_from", "date_to", "verified")
    list_filter = ("body", "convocation", "verified")
    panels = [*map(plain, SEATED), *DATES, *ATTESTED]
