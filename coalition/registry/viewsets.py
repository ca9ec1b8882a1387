"""The secretariat's desk in the admin: organisations, their standing, who writes for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from coalition.registry.forms import OrganisationForm, RepresentativeForm
from coalition.registry.models import Organisation, Representative, Standing
from coalition.registry.own_mails import queue_invitation
from coalition.registry.services import (
    MEMBER_ROLE,
    ChangedMeanwhileError,
    appoint_representative,
    create_organisation,
    retire_representative,
    set_standing,
    update_organisation,
)
from coalition.registry.sheet.views import SheetViewSet


class CreateOrganisation(generic.CreateView):
    """A new organisation comes with its pages, not yet published."""

    def save_instance(self) -> Organisation:
        """Write through the service."""
        return create_organisation(values=self.form.values(), by=self.request.user)


class EditOrganisation(generic.EditView):
    """The record; two people at once see each other's text."""

    def save_instance(self) -> Organisation:
        """Write through the service, which refuses an older version."""
        return update_organisation(
            pk=self.object.pk,
            version=self.form.cleaned_data["version"],
            values=self.form.values(),
            by=self.request.user,
        )

    def form_valid(self, form: OrganisationForm) -> HttpResponse:
        """Somebody may have saved between the form's own look and the writing."""
        try:
            answer: HttpResponse = super().form_valid(form)
        except ChangedMeanwhileError as error:
            form.show_both(error.current)
            answer = self.form_invalid(form)
        return answer


class OrganisationViewSet(ModelViewSet):
    """Identity of organisations."""

    model = Organisation
    icon = "group"
    menu_label = _("Organisations")
    add_view_class = CreateOrganisation
    edit_view_class = EditOrganisation
    copy_view_enabled = False
    inspect_view_enabled = False
    list_display = ("short_name_kk", "short_name_ru", "place_ru", "number")
    list_filter = ("region", "legal_form")
    list_per_page = 50
    search_fields = ()
    ordering = ("number", "pk")
    panels = (
        *(
            MultiFieldPanel(
                [
                    FieldPanel(f"name_{language}"),
                    FieldPanel(f"name_{language}_confirmed"),
                    *([FieldPanel(f"name_{language}_source")] if language != "kk" else []),
                    FieldPanel(f"short_name_{language}"),
                    FieldPanel(f"place_{language}"),
                ],
                heading=heading,
            )
            for language, heading in (
                ("kk", _("In Kazakh")),
                ("ru", _("In Russian")),
                ("en", _("In English")),
            )
        ),
        MultiFieldPanel(
            [
                FieldPanel("number"),
                FieldPanel("legal_form"),
                FieldPanel("legal_form_stated"),
                FieldPanel("bin"),
                FieldPanel("experience"),
                FieldPanel("name_as_in_source"),
                FieldPanel("place_as_in_source"),
                FieldPanel("settlement"),
                FieldPanel("region"),
                FieldRowPanel([FieldPanel("lat"), FieldPanel("lon")]),
                FieldPanel("note"),
            ],
            heading=_("Record"),
        ),
    )

    def get_edit_handler(self) -> Any:
        """The panels, over the form that knows of versions."""
        handler = super().get_edit_handler()
        handler.base_form_class = OrganisationForm
        return handler


class AddStanding(generic.CreateView):
    """A step in an organisation's standing."""

    def get_initial(self) -> dict[str, Any]:
        """Organisation and kind from the link that led here."""
        asked = {name: self.request.GET.get(name, "") for name in ("organisation", "kind")}
        return {**super().get_initial(), **{name: one for name, one in asked.items() if one}}

    def save_instance(self) -> Standing:
        """Write through the service."""
        return set_standing(**self.form.cleaned_data, by=self.request.user)


class Unchangeable(generic.EditView):
    """History is added to, not edited."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refused to everybody."""
        raise PermissionDenied


class StandingViewSet(ModelViewSet):
    """Standing of organisations: rows are added."""

    model = Standing
    icon = "history"
    menu_label = _("Standing")
    add_view_class = AddStanding
    edit_view_class = Unchangeable
    delete_view_class = Unchangeable
    copy_view_enabled = False
    list_display = ("organisation", "kind", "since", "source")
    list_filter = ("kind",)
    form_fields = ("organisation", "kind", "since", "precision", "source")
    ordering = ("-since", "-pk")


class AppointRepresentative(generic.CreateView):
    """Lets a person write for an organisation."""

    def save_instance(self) -> Representative:
        """Write through the service."""
        with transaction.atomic():
            row = appoint_representative(
                organisation=self.form.cleaned_data["organisation"],
                user=self.form.person(),
                by=self.request.user,
                role=self.form.cleaned_data["role"] or MEMBER_ROLE,
            )
            queue_invitation(row=row)
        return row

    def form_valid(self, form: RepresentativeForm) -> HttpResponse:
        """What the service refuses is said at the address."""
        try:
            answer: HttpResponse = super().form_valid(form)
        except ValidationError as error:
            form.add_error("email", error.messages)
            answer = self.form_invalid(form)
        return answer


class RetireRepresentative(generic.DeleteView):
    """Ends a person's right to write for an organisation; the row stays as history."""

    page_title = _("End")
    success_message = _("%(object)s: the right to write has ended.")

    @property
    def confirmation_message(self) -> str:
        """What ends and what stays."""
        return str(_("The person can no longer write for the organisation. The history stays."))

    def delete_action(self) -> None:
        """Write through the service."""
        if self.object.user is not None:
            retire_representative(
                organisation=self.object.organisation, user=self.object.user, by=self.request.user
            )


class RepresentativeViewSet(ModelViewSet):
    """Who writes for which organisation, with the history."""

    model = Representative
    icon = "user"
    menu_label = _("Representatives")
    add_view_class = AppointRepresentative
    edit_view_class = Unchangeable
    delete_view_class = RetireRepresentative
    copy_view_enabled = False
    list_display = ("organisation", "user", "name", "since", "until")
    ordering = ("-since", "-pk")

    def get_form_class(self, for_update: bool = False) -> type[RepresentativeForm]:
        """The form with an address in the place of a person."""
        return RepresentativeForm


class MembersGroup(ViewSetGroup):
    """The menu of the secretariat's desk."""

    menu_label = _("Member organisations")
    menu_icon = "group"
    menu_order = 250
    items = (OrganisationViewSet, StandingViewSet, RepresentativeViewSet, SheetViewSet)
