"""Deadlines in the admin: entered beside their decision, written through the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from monitoring.core.models import LANGUAGES
from monitoring.decisions.models import Deadline, DeadlineKind, Decision
from monitoring.decisions.services import (
    DeadlineConflictError,
    add_deadline,
    remove_deadline,
    update_deadline,
)

TEXTS = ("how", "sent", "answer")
COLUMNS = ("kind", "date", "hour", "url", "source", "answer_due")


def _text(label: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, required=False, max_length=1500, widget=widget)


class DeadlineForm(forms.Form):
    """A deadline; each text in three boxes, of which the Kazakh one is asked for first."""

    decision = forms.ModelChoiceField(Decision.objects.all(), widget=forms.HiddenInput)
    kind = forms.ModelChoiceField(
        DeadlineKind.objects.all(), label=gettext_lazy("kind of deadline")
    )
    date = forms.DateField(
        label=gettext_lazy("last day"),
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        help_text=gettext_lazy("As 24.11.2026."),
        widget=forms.DateInput(format="%d.%m.%Y"),
    )
    hour = forms.TimeField(
        label=gettext_lazy("until what hour, Almaty time"),
        required=False,
        input_formats=["%H:%M"],
        help_text=gettext_lazy("As 18:00; empty if no hour was announced."),
        widget=forms.TimeInput(format="%H:%M"),
    )
    source = forms.CharField(
        label=gettext_lazy("where it was announced"),
        max_length=1000,
        help_text=gettext_lazy("An address, or the newspaper and its date. Never without one."),
    )
    url = forms.URLField(
        label=gettext_lazy("where to take part"),
        required=False,
        max_length=1000,
        assume_scheme="https",
    )
    how_kk = _text(gettext_lazy("how to take part, in Kazakh"))
    how_ru = _text(gettext_lazy("how to take part, in Russian"))
    how_en = _text(gettext_lazy("how to take part, in English"))
    answer_due = forms.DateField(
        label=gettext_lazy("answer due"),
        required=False,
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d.%m.%Y"),
    )
    sent_kk = _text(gettext_lazy("what was sent, in Kazakh"))
    sent_ru = _text(gettext_lazy("what was sent, in Russian"))
    sent_en = _text(gettext_lazy("what was sent, in English"))
    answer_kk = _text(gettext_lazy("what was answered, in Kazakh"))
    answer_ru = _text(gettext_lazy("what was answered, in Russian"))
    answer_en = _text(gettext_lazy("what was answered, in English"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, instance: Deadline | None = None, **kwargs: Any) -> None:
        self.instance = instance or Deadline()
        kwargs["initial"] = {**stored(self.instance), **(kwargs.get("initial") or {})}
        kwargs.pop("for_user", None)
        super().__init__(*args, **kwargs)
        self.fields["decision"].disabled = bool(self.instance.pk)

    def said(self) -> dict[str, Any]:
        """The cleaned columns and texts, as the services take them."""
        data = self.cleaned_data
        texts = {
            name: {code: data[f"{name}_{code}"] for code in LANGUAGES if data[f"{name}_{code}"]}
            for name in TEXTS
        }
        return {name: data[name] for name in COLUMNS} | texts


def stored(deadline: Deadline) -> dict[str, Any]:
    """A deadline as the boxes of the form show it."""
    if deadline.pk is None:
        return {}
    texts = {
        f"{name}_{code}": getattr(deadline, name).get(code, "")
        for name in TEXTS
        for code in LANGUAGES
    }
    columns = {name: getattr(deadline, name) for name in COLUMNS}
    return (
        columns
        | texts
        | {
            "kind": deadline.kind_id,
            "decision": deadline.decision_id,
            "version": deadline.version,
        }
    )


class _Saving:
    """What refuses a save is said beside its box, and nothing typed is lost."""

    def form_valid(self, form: DeadlineForm) -> HttpResponse:
        """Saved, or shown again."""
        try:
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # of the view
        except DeadlineConflictError as conflict:
            answer = self._refuse(form, conflict.current)
        except ValidationError as error:
            for name, errors in error.update_error_dict({}).items():
                form.add_error(name if name in form.fields else None, errors)
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]  # of the view
            answer = self.form_invalid(form)  # type: ignore[attr-defined]  # of the view
        return answer

    def _refuse(self, form: DeadlineForm, current: Deadline) -> HttpResponse:
        """Both texts; the next press is made knowingly, so it carries the newer version."""
        theirs = DeadlineForm(instance=current)
        shown = {name: str(theirs[name].value() or "") for name in theirs.fields}
        self.conflicts = [
            {
                "label": form.fields[name].label,
                "stored": shown[name],
                "typed": str(form[name].value() or ""),
            }
            for name in form.fields
            if name not in {"version", "decision", "date", "hour", "answer_due", "kind"}
            and shown[name].strip() != str(form[name].value() or "").replace("\r\n", "\n").strip()
        ] + _days_in_conflict(form, current)
        form.data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        form.data["version"] = str(current.version)  # type: ignore[index]
        self.produced_error_message = _(
            "Somebody saved this deadline while you were editing. Nothing was overwritten: "
            "compare below, correct what you typed if need be, and save again."
        )
        form.add_error(None, self.produced_error_message)
        answer: HttpResponse = self.form_invalid(form)  # type: ignore[attr-defined]  # of the view
        answer.status_code = 409
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the texts in conflict."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # as above
        return {**context, "conflicts": getattr(self, "conflicts", [])}


def _days_in_conflict(form: DeadlineForm, current: Deadline) -> list[dict[str, str]]:
    """Columns whose boxes write a value in several ways: compared by value."""
    rows = []
    for name in ("kind", "date", "hour", "answer_due"):
        typed, kept = form.cleaned_data.get(name), getattr(current, name)
        if typed != kept:
            rows.append(
                {
                    "label": str(form.fields[name].label),
                    "stored": str(kept or ""),
                    "typed": str(typed or ""),
                }
            )
    return rows


class AddDeadlineView(_Saving, generic.CreateView):
    """A deadline begins at its decision (`?decision=ID`)."""

    def get_form_class(self) -> type[DeadlineForm]:
        """The form."""
        return DeadlineForm

    def get_initial(self) -> dict[str, Any]:
        """The decision of the link that led here."""
        asked = self.request.GET.get("decision", "")
        return {"decision": asked} if asked.isdecimal() else {}

    def save_instance(self) -> Deadline:
        """Through the service."""
        deadline = add_deadline(
            decision=self.form.cleaned_data["decision"], by=self.request.user, **self.form.said()
        )
        log(instance=deadline, action="wagtail.create", user=self.request.user)
        return deadline


class EditDeadlineView(_Saving, generic.EditView):
    """Corrected, or told what was sent and answered."""

    def get_form_class(self) -> type[DeadlineForm]:
        """The form."""
        return DeadlineForm

    def save_instance(self) -> Deadline:
        """Through the service; a newer version than the one shown is not overwritten."""
        deadline = update_deadline(
            deadline=self.object,
            version=self.form.cleaned_data["version"] or 0,
            by=self.request.user,
            **self.form.said(),
        )
        log(instance=deadline, action="wagtail.edit", user=self.request.user)
        return deadline


class RemoveDeadlineView(generic.DeleteView):
    """A deadline that was a mistake."""

    def delete_action(self) -> None:
        """Through the service, so that journal and search hear of it."""
        log(instance=self.object, action="wagtail.delete", user=self.request.user)
        remove_deadline(deadline=self.object)


class DeadlineIndexView(generic.IndexView):
    """The list, the latest day first."""

    def get_base_queryset(self) -> QuerySet[Deadline]:
        """With the names that a row shows."""
        rows = Deadline.objects.select_related("kind", "decision__kind")
        return rows.prefetch_related("decision__editions").order_by("-date", "-pk")


class DeadlineViewSet(ModelViewSet):
    """Deadlines, entered from the page of their decision."""

    model = Deadline
    name = "deadlines"
    icon = "date"
    menu_label = gettext_lazy("Deadlines")
    menu_order = 210
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False
    add_view_class = AddDeadlineView
    edit_view_class = EditDeadlineView
    delete_view_class = RemoveDeadlineView
    index_view_class = DeadlineIndexView
    create_template_name = "decisions/admin/create.html"
    edit_template_name = "decisions/admin/deadline_edit.html"
    list_display = ("__str__", "decision")
    list_filter = ("kind", "date")

    def get_form_class(self, for_update: bool = False) -> type[DeadlineForm]:
        """The views bring their own."""
        return DeadlineForm
