"""The memorandum in the admin: versions and their texts, the rules once adopted, accessions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.snippets.views.snippets import (
    CreateView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from coalition.memorandum.forms import AccessionForm, BeginForm, CorrectForm, RuleForm
from coalition.memorandum.models import Accession, OpenRule, Provision, Version
from coalition.memorandum.services import (
    add_rule,
    begin_version,
    correct_provision,
    correct_version,
    refuse_removal,
    remove_version,
)
from monitoring.core.two_editors import RecordEditView, RefuseOlder


def texts_of(version: Version) -> str:
    """The address of the list of a version's provisions."""
    return f"{reverse('wagtailsnippets_memorandum_provision:list')}?version={version.pk}"


class _Saving:
    """What a service refuses is said beside its box, and nothing typed is lost."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Saved, or shown again."""
        try:
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc] # of the view
        except ValidationError as error:
            for name, errors in error.update_error_dict({}).items():
                form.add_error(name if name in form.fields else None, errors)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined] # of the view
            answer = self.form_invalid(form)  # type: ignore[attr-defined] # of the view
        return answer


class BeginView(_Saving, generic.CreateView):
    """A new version begins with the texts of the newest."""

    page_title = gettext_lazy("Prepare a new version")
    submit_button_label = gettext_lazy("Prepare a new version")

    def save_instance(self) -> Version:
        """Through the service."""
        return begin_version(by=self.request.user, **self.form.cleaned_data)

    def get_success_url(self) -> str:
        """On to what it changes, and to its texts from there."""
        return reverse("memorandum_draft", args=[self.object.number])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the version that is copied, and the one already prepared, if any."""
        newest = Version.objects.order_by("-number").first()
        prepared = newest if newest and not newest.is_adopted else None
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {
            **context,
            "newest": newest,
            "prepared": prepared,
            "texts_url": reverse("memorandum_draft", args=[prepared.number]) if prepared else "",
        }


class CorrectView(_Saving, RefuseOlder, generic.EditView):
    """What is said about a version."""

    def save_instance(self) -> Version:
        """Through the service."""
        values = {name: self.form.cleaned_data[name] for name in CorrectForm.Meta.fields}
        return correct_version(version=self.object, by=self.request.user, **values)


class RemoveView(generic.DeleteView):
    """A prepared version is taken back, after a question."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A version in force is not asked about; the list says why it stays."""
        try:
            answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            answer = redirect(reverse(self.index_url_name))
        return answer

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question."""
        refuse_removal(self.object)
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Through the service, which knows the day."""
        remove_version(version=self.object, by=self.request.user)
        messages.success(self.request, self.get_success_message())
        return redirect(self.get_success_url())

    @property
    def confirmation_message(self) -> str:
        """What goes with it."""
        return _("Remove %(version)s with all its texts? Readers have not seen it.") % {
            "version": self.object
        }


def _state(version: Version) -> str:
    if version.is_adopted:
        return _("readers see it")
    return _("prepared: readers see it from its first day")


def _texts(version: Version) -> str:
    return format_html('<a href="{}">{}</a>', texts_of(version), _("Texts"))


def _changes(version: Version) -> str:
    address = reverse("memorandum_draft", args=[version.number])
    return format_html('<a href="{}">{}</a>', address, _("What the version changes"))


class VersionViewSet(ModelViewSet):
    """Versions: prepared before their day, then fixed. No snippet: no page chooses one."""

    model = Version
    name = "memorandum_versions"
    icon = "history"
    menu_label = gettext_lazy("Versions of the memorandum")
    add_view_class = BeginView
    edit_view_class = CorrectView
    delete_view_class = RemoveView
    copy_view_enabled = False
    inspect_view_enabled = False
    create_template_name = "memorandum/admin/begin.html"
    edit_template_name = "memorandum/admin/correct.html"
    list_display = [
        "__str__",
        Column("state", label=gettext_lazy("state"), accessor=_state),
        Column("texts", label=gettext_lazy("provisions of the memorandum"), accessor=_texts),
        Column("changes", label=gettext_lazy("changes"), accessor=_changes),
    ]

    def get_form_class(self, for_update: bool = False) -> type[BeginForm]:
        """The days, the place, the paper; later the signatures too."""
        return CorrectForm if for_update else BeginForm


class NoAddingView(CreateView):
    """Provisions come with their version, or from its draft."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refused to everybody."""
        raise PermissionDenied


class ProvisionEditView(RecordEditView):
    """A correction is found by the search too."""

    def save_instance(self) -> Provision:
        """Through the service."""
        return correct_provision(provision=self.form.save(commit=False), by=self.request.user)


class ProvisionViewSet(SnippetViewSet):
    """Texts are corrected here; a new wording is a new version."""

    model = Provision
    add_view_class = NoAddingView
    copy_view_enabled = False
    edit_view_class = ProvisionEditView
    icon = "list-ol"
    list_display = ["key", "section", "version"]
    list_filter = ["version"]
    list_per_page = 50
    ordering = ("-version__number", "number")
    panels = [FieldPanel(name) for name in ("text_kk", "text_ru", "text_en")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provision]:
        """With the names that a row shows."""
        return Provision.objects.select_related("section", "version")


class AddRuleView(_Saving, CreateView):
    """A rule that the coalition has adopted or still has to adopt."""

    def save_instance(self) -> OpenRule:
        """Through the service, which makes the key."""
        return add_rule(rule=self.form.save(commit=False), by=self.request.user)


class OpenRuleViewSet(SnippetViewSet):
    """A rule gets its date and its text in three languages when the coalition adopts it."""

    model = OpenRule
    add_view_class = AddRuleView
    edit_view_class = RecordEditView
    copy_view_enabled = False
    icon = "clipboard-list"
    list_display = ["name_ru", "adopted_on"]
    panels = [
        FieldPanel(name)
        for name in (
            "name_kk", "name_ru", "name_en", "position", "adopted_on",
            "rule_kk", "rule_ru", "rule_en",
        )
    ]  # fmt: skip

    def get_edit_handler(self) -> Any:
        """The panels, over the form that knows what a rule needs."""
        handler = super().get_edit_handler()
        handler.base_form_class = RuleForm
        return handler


class AccessionViewSet(SnippetViewSet):
    """Who has signed which version, from the first confirmed accession on."""

    model = Accession
    edit_view_class = RecordEditView
    icon = "doc-full"
    list_display = ["organisation", "version", "acceded_on"]
    panels = [FieldPanel(name) for name in ("version", "organisation", "acceded_on", "source")]

    def get_edit_handler(self) -> Any:
        """The panels, over the form that leaves out what is only prepared."""
        handler = super().get_edit_handler()
        handler.base_form_class = AccessionForm
        return handler


class MemorandumGroup(SnippetViewSetGroup):
    """One entry of the menu."""

    items = (VersionViewSet, ProvisionViewSet, OpenRuleViewSet, AccessionViewSet)
    menu_label = gettext_lazy("Memorandum")
    menu_icon = "doc-full"
    menu_order = 250
