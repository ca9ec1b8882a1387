"""Procedures in the admin: the steps in one form; which procedure a decision follows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel
from wagtail.log_actions import log
from wagtail.snippets.views.snippets import SnippetViewSet

from monitoring.core.two_editors import RecordEditView
from monitoring.decisions.models import Decision, DecisionProcedure, Procedure, ProcedureStep
from monitoring.decisions.procedures import assign_procedure, remove_procedure


class EditProcedureView(RecordEditView):
    """Each save is a version, so that a colleague's change of a step is not overwritten unseen."""

    def save_instance(self) -> Procedure:
        """As Wagtail saves, one version further."""
        self.form.instance.version = Procedure.objects.get(pk=self.object.pk).version + 1
        saved: Procedure = super().save_instance()
        return saved


def _three(name: str) -> FieldRowPanel:
    return FieldRowPanel([FieldPanel(f"{name}_{code}") for code in ("kk", "ru", "en")])


class ProcedureViewSet(SnippetViewSet):
    """Procedures with their steps, in their order."""

    model = Procedure
    icon = "list-ol"
    edit_view_class = EditProcedureView
    copy_view_enabled = False
    list_display = ("__str__", "date_from", "date_to", "verified")
    panels = [
        HelpPanel(
            content=gettext_lazy(
                "When the law changes, give this procedure its last day and enter a new one. "
                "Do not rewrite the steps that older documents took."
            )
        ),
        FieldPanel("key"),
        FieldPanel("name_kk"),
        FieldPanel("name_ru"),
        FieldPanel("name_en"),
        FieldPanel("order"),
        FieldPanel("kinds", widget=forms.CheckboxSelectMultiple),
        FieldRowPanel([FieldPanel("date_from"), FieldPanel("date_from_precision")]),
        FieldRowPanel([FieldPanel("date_to"), FieldPanel("date_to_precision")]),
        FieldPanel("verified"),
        FieldPanel("source"),
        FieldPanel("note"),
        FieldPanel("version", widget=forms.HiddenInput, heading=" "),
        InlinePanel(
            "steps",
            heading=gettext_lazy("steps of a procedure"),
            label=gettext_lazy("step of a procedure"),
            panels=[
                FieldPanel("stage"),
                FieldRowPanel([FieldPanel("body"), FieldPanel("body_kind")]),
                _three("who"),
                FieldRowPanel([FieldPanel("term"), FieldPanel("unit")]),
                _three("law"),
                FieldPanel("url"),
                FieldRowPanel(
                    [FieldPanel("confirmed"), FieldPanel("may_skip"), FieldPanel("ends")]
                ),
                _three("note"),
            ],
        ),
    ]


class _StepChoice(forms.ModelChoiceField[ProcedureStep]):
    """Steps under the name of their procedure."""

    def label_from_instance(self, obj: Any) -> str:
        """«Рәсім: кезең»."""
        return f"{obj.procedure.label}: {obj.stage.label}"


class FollowForm(forms.Form):
    """Which procedure a decision follows, since when."""

    procedure = forms.ModelChoiceField(
        Procedure.objects.all(),
        label=gettext_lazy("procedure"),
        help_text=gettext_lazy("Those of this kind of document stand first."),
    )
    since = forms.DateField(
        label=gettext_lazy("follows it since"),
        required=False,
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        help_text=gettext_lazy("As 24.11.2026. Empty: from its beginning."),
        widget=forms.DateInput(format="%d.%m.%Y"),
    )
    from_step = _StepChoice(
        ProcedureStep.objects.select_related("procedure", "stage").order_by(
            "procedure__order", "procedure", "sort_order"
        ),
        label=gettext_lazy("goes on with the step"),
        required=False,
        help_text=gettext_lazy(
            "Empty where it changed and nobody has said with which step it goes on."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("where this is written"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("An address, or words."),
    )

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = set(Procedure.objects.filter(kinds=decision.kind_id).values_list("pk", flat=True))
        rows = sorted(Procedure.objects.all(), key=lambda one: one.pk not in fitting)
        choices = [("", "---------"), *((one.pk, one.label) for one in rows)]
        self.fields["procedure"].choices = choices  # type: ignore[attr-defined]  # a choice field


@permission_required("decisions.change_decision")
def decision_procedure(request: HttpRequest, pk: int) -> HttpResponse:
    """What a decision follows: the rows that stand, a form for one more, a button to take one away.

    Whatever is refused, all that was typed stays.
    """
    decision = get_object_or_404(Decision.objects.select_related("kind"), pk=pk)
    removed = request.POST.get("remove", "")
    if removed.isdecimal():
        row = get_object_or_404(DecisionProcedure, pk=int(removed), decision=decision)
        remove_procedure(followed=row, by=request.user)
        log(instance=decision, action="wagtail.edit", user=request.user)
        messages.success(request, _("The procedure was taken away."))
        return redirect("decision_procedure", pk)
    form = FollowForm(request.POST or None, decision=decision)
    if request.method == "POST" and form.is_valid():
        try:
            assign_procedure(decision=decision, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            for name, errors in error.update_error_dict({}).items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            log(instance=decision, action="wagtail.edit", user=request.user)
            messages.success(request, _("The procedure was noted."))
            return redirect("decisions:edit", pk)
    rows = decision.procedures.select_related("procedure", "from_step__stage")
    context = {"decision": decision, "form": form, "rows": rows}
    return TemplateResponse(request, "decisions/admin/procedure.html", context)
