"""The record in the admin: decisions through services, editions as snippets with drafts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views import snippets

from monitoring.core.checklists import ChecklistPanel
from monitoring.core.models import LANGUAGES
from monitoring.core.two_editors import RecordEditView
from monitoring.decisions import relations, selectors
from monitoring.decisions.entry_forms import NewDecisionForm
from monitoring.decisions.entry_views import CreateDecisionView, keep_errors
from monitoring.decisions.forms import (
    EditDecisionForm,
    EditionForm,
    FactsForm,
    stored,
)
from monitoring.decisions.key_dates import set_dates
from monitoring.decisions.models import DeadlineKind, Decision, DecisionKind, Edition, Stage
from monitoring.decisions.services import (
    ConflictError,
    add_stage_event,
    update_decision,
)
from monitoring.decisions.steps import in_order


class EditDecisionView(generic.EditView):
    """The facts, the texts with their states, and the next step."""

    def get_form_class(self) -> type[EditDecisionForm]:
        """The form of a decision that stands."""
        return EditDecisionForm

    def save_instance(self) -> Decision:
        """Through the services; a newer version than the one shown is not overwritten.

        All of the screen or nothing: a refused relation leaves the facts as they were.
        """
        with transaction.atomic():
            decision = self._save()
        log(instance=decision, action="wagtail.edit", user=self.request.user)
        return decision

    def _save(self) -> Decision:
        data = self.form.cleaned_data
        decision = update_decision(
            decision=self.object,
            version=data["version"] or 0,
            by=self.request.user,
            **self.form.facts(),
        )
        set_dates(decision=decision, dates=self.form.dates(), by=self.request.user)
        if data["stage"]:
            date, precision = data["stage_when"]
            add_stage_event(
                decision=decision,
                stage=data["stage"],
                date=date,
                precision=precision,
                url=data["stage_url"],
                by=self.request.user,
            )
        self._save_relations(decision, data)
        return decision

    def _save_relations(self, decision: Decision, data: dict[str, Any]) -> None:
        for seen in relations.of_decision(decision):
            if str(seen.relation.pk) in data.get("relations_removed", []):
                relations.remove_relation(relation=seen.relation)
        if data["relation_to"]:
            date, precision = data["relation_when"]
            relations.add_chosen(
                decision=decision,
                choice=data["relation"],
                other=data["relation_to"],
                date=date,
                precision=precision,
                source=data["relation_source"],
                by=self.request.user,
            )

    def form_valid(self, form: FactsForm) -> HttpResponse:
        """Saved, or shown again with what the database or a colleague's change refused."""
        try:
            response: HttpResponse = super().form_valid(form)
        except ConflictError as conflict:
            response = self._refuse(form, conflict.current)
        except ValidationError as error:
            keep_errors(form, error)
            self.produced_error_message = self.get_error_message()
            response = self.form_invalid(form)
        return response

    def _refuse(self, form: FactsForm, current: Decision) -> HttpResponse:
        """Both texts, nothing lost: the boxes keep what was typed, the stored values stand above.

        The next press of the button is made knowingly, so it carries the newer version.
        """
        theirs = FactsForm(instance=current)
        self.conflicts = [
            {
                "label": form.fields[name].label,
                "stored": _shown(theirs, name, bound=False),
                "typed": _shown(form, name, bound=True),
            }
            for name in FactsForm.base_fields
            if name != "version"
            and _shown(theirs, name, bound=False) != _shown(form, name, bound=True)
        ]
        form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        form.data["version"] = str(stored(current)["version"])  # type: ignore[index]
        self.produced_error_message = _(
            "Somebody saved this document while you were editing. Nothing was overwritten: compare "
            "below, correct what you typed if need be, and save again."
        )
        form.add_error(None, self.produced_error_message)
        self.object = current
        response: HttpResponse = self.form_invalid(form)
        response.status_code = 409
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Texts by language, steps, and the values in conflict."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        editions = {edition.language: edition for edition in self.object.editions.all()}
        events = self.object.stage_events.filter(void=False, replaced_by=None)
        context |= {
            "conflicts": getattr(self, "conflicts", []),
            "texts": [(code, editions.get(code)) for code in LANGUAGES],
            "steps": in_order(events.select_related("stage")),
            "deadlines": self.object.deadlines.select_related("kind"),
            "checks": self.object.checklist(),
            "may_write_texts": self.request.user.has_perm("decisions.change_edition"),
        }
        return context


def _shown(form: FactsForm, name: str, *, bound: bool) -> str:
    """The value of a box in words, as stored or as typed."""
    field = form.fields[name]
    value = form[name].value() if bound else field.prepare_value(form.initial.get(name))
    if hasattr(field, "choices"):
        flat: list[tuple[Any, Any]] = []
        for key, label in field.choices:
            flat += label if isinstance(label, list) else [(key, label)]
        labels = {str(key): str(label) for key, label in flat}
        values = value if isinstance(value, list) else [value]
        words = [labels.get(str(one), "") for one in values if one not in (None, "")]
        return ", ".join(sorted(words))
    return str(value or "").replace("\r\n", "\n").strip()


class DecisionIndexView(generic.IndexView):
    """The list, newest first, with the titles in three queries."""

    def get_base_queryset(self) -> QuerySet[Decision]:
        """Decisions with what a row shows."""
        return selectors.for_rows(Decision.objects.newest_first())


class NeverRemoved(ModelPermissionPolicy):
    """Addresses are permanent: a decision is taken from readers, not from the record."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """As Django says, but nobody removes."""
        return action != "delete" and bool(super().user_has_permission(user, action))


class DecisionViewSet(ModelViewSet):
    """Decisions: added and changed, never removed from here."""

    model = Decision
    name = "decisions"
    icon = "doc-full"
    menu_label = gettext_lazy("Laws and decisions")
    menu_order = 200
    add_to_admin_menu = True
    copy_view_enabled = False
    add_view_class = CreateDecisionView
    edit_view_class = EditDecisionView
    index_view_class = DecisionIndexView
    create_template_name = "decisions/admin/create.html"
    edit_template_name = "decisions/admin/edit.html"
    list_display = (
        "__str__",
        "kind",
        "adoption_number",
        "date",
        "status",
        BooleanColumn("is_public", label=gettext_lazy("public"), sort_key="is_public"),
    )
    list_filter = ("kind", "status", "is_public", "is_key", "verified")
    search_fields = ("adoption_number", "register_number", "codes__value")

    def get_form_class(self, for_update: bool = False) -> type[FactsForm]:
        """The views bring their own."""
        return EditDecisionForm if for_update else NewDecisionForm


class CreateEditionView(snippets.CreateView):
    """A text begins at its decision."""

    def get_initial(self) -> dict[str, Any]:
        """Decision and language from the link that led here."""
        initial: dict[str, Any] = super().get_initial()
        for name in ("decision", "language"):
            if name in self.request.GET:
                initial[name] = self.request.GET[name]
        return initial

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without a decision, leads to the list of decisions."""
        if request.method == "GET" and not request.GET.get("decision", "").isdecimal():
            messages.warning(request, _("Choose a decision first; its page offers its texts."))
            return redirect(reverse("decisions:index"))
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class EditEditionView(snippets.EditView):
    """A text with its drafts; saving over a newer draft is refused with both shown."""

    def is_valid(self, form: Any) -> bool:
        """Also that nobody saved a draft since this one was opened."""
        if not self.expects_json_response and self.is_out_of_date:
            form.is_valid()
            newest = self.object.get_latest_revision_as_object()
            self.conflicts = [
                {
                    "label": form.fields[name].label,
                    "stored": getattr(newest, name),
                    "typed": form[name].value() or "",
                }
                for name in ("title", "official_title", "summary")
                if getattr(newest, name) != (form[name].value() or "")
            ]
            if self.conflicts:
                self.produced_error_code = "invalid_revision"
                self.produced_error_message = _(
                    "Somebody saved this text while you were editing. Nothing was overwritten: "
                    "compare below, correct what you typed if need be, and save again."
                )
                form.add_error(None, self.produced_error_message)
                return False
        return bool(super().is_valid(form))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Shown again with all that was typed; 409 when a colleague's draft is the reason."""
        response: HttpResponse = super().form_invalid(form)
        if getattr(self, "conflicts", None):
            response.status_code = 409
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the texts in conflict."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "conflicts": getattr(self, "conflicts", [])}


class UnpublishEditionView(snippets.UnpublishView):
    """Wagtail's own view goes past the model, so that journal and search would hear nothing."""

    def unpublish(self) -> HttpResponse | None:
        """By the model, between Wagtail's hooks."""
        response: HttpResponse | None = self.run_hook("before_unpublish", self.request, self.object)
        if response is None:
            self.object.unpublish(user=self.request.user)
            response = self.run_hook("after_unpublish", self.request, self.object)
        return response


class EditionViewSet(snippets.SnippetViewSet):
    """Texts of decisions."""

    model = Edition
    icon = "edit"
    menu_label = pgettext_lazy("texts of decisions", "editions")
    add_view_class = CreateEditionView
    edit_view_class = EditEditionView
    unpublish_view_class = UnpublishEditionView
    edit_template_name = "decisions/admin/edition_edit.html"
    copy_view_enabled = False
    list_display = ("__str__", "language", "live")
    list_filter = ("language", "live")
    edit_handler = ObjectList(
        [
            ChecklistPanel(),
            FieldPanel("decision", heading=" "),
            FieldPanel("language"),
            FieldPanel("title"),
            FieldPanel("official_title"),
            FieldPanel("summary"),
            FieldPanel("made_from"),
            FieldPanel("compared"),
        ],
        base_form_class=EditionForm,
    )


class _Reference(snippets.SnippetViewSet):
    """Reference words in three languages."""

    icon = "tag"
    edit_view_class = RecordEditView
    copy_view_enabled = False
    list_display = ("__str__", "key")


class KindViewSet(_Reference):
    """Kinds of document."""

    model = DecisionKind
    panels = [
        FieldPanel(name) for name in ("key", "name_kk", "name_ru", "name_en", "order", "is_draft")
    ]


class StageViewSet(_Reference):
    """Stages."""

    model = Stage
    panels = [
        FieldPanel(name)
        for name in ("key", "name_kk", "name_ru", "name_en", "order", "ends", "waits")
    ]


class DeadlineKindViewSet(_Reference):
    """Kinds of deadline."""

    model = DeadlineKind
    panels = [
        FieldPanel(name)
        for name in ("key", "name_kk", "name_ru", "name_en", "order", "takes_comments")
    ]
