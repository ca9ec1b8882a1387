"""Versions of texts in the admin: pasted or brought as a file, looked at as parsed, then kept."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from monitoring.decisions.models import LANGUAGE_CHOICES, Decision, TextVersion
from monitoring.decisions.text.parse import NOTE, Act, parse
from monitoring.decisions.versions import (
    add_text_version,
    checked_text,
    decode,
    versions_of,
    withdraw_text_version,
)

MOST_BYTES = 16 * 1024 * 1024
"""A file longer than this is not even read."""
MOST_SHOWN = 400
"""Pieces in the look before saving: enough to see how the text comes apart."""


class TextForm(forms.Form):
    """A text, the day from which it is so, and where it stands."""

    language = forms.ChoiceField(label=gettext_lazy("language"), choices=LANGUAGE_CHOICES)
    valid_from = forms.DateField(
        label=gettext_lazy("in this wording from"),
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        help_text=gettext_lazy("As 24.11.2026."),
        widget=forms.DateInput(format="%d.%m.%Y"),
    )
    source = forms.CharField(
        label=gettext_lazy("where the text stands"),
        max_length=1000,
        help_text=gettext_lazy("An address, or the collection and its number. Never without one."),
    )
    is_excerpt = forms.BooleanField(
        label=gettext_lazy("an excerpt"),
        required=False,
        help_text=gettext_lazy("Articles in a row. Nothing is said of what it leaves out."),
    )
    file = forms.FileField(
        label=gettext_lazy("file"),
        required=False,
        help_text=gettext_lazy("A saved page or a plain text, instead of pasting."),
    )
    text = forms.CharField(
        label=gettext_lazy("text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The file or the box, as lines of an act."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        brought = data.get("file")
        raw = data.get("text", "")
        if brought is not None:
            if (brought.size or 0) > MOST_BYTES:
                self.add_error("file", _("The file is too large: a text of 16 MB is no act."))
                return data
            raw = decode(brought.read())
        try:
            data["lines"] = checked_text(raw)
        except ValidationError as error:
            self.add_error("file" if brought is not None else "text", error.message_dict["text"])
        return data


@permission_required("decisions.add_textversion")
def decision_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """The versions of a decision, and a new one: first as it is parsed, then kept."""
    decision = get_object_or_404(Decision.objects.select_related("kind"), pk=pk)
    form = TextForm(request.POST or None, request.FILES or None)
    look: dict[str, Any] | None = None
    status = 200
    if request.method == "POST":
        if form.is_valid():
            lines = form.cleaned_data["lines"]
            digest = hashlib.sha256(lines.encode()).hexdigest()
            if form.cleaned_data["seen"] == digest and "save" in request.POST:
                answer = _save(request, decision, form)
                if answer is not None:
                    return answer
                status = 422
            look = _look(parse(lines))
            # From here on the box holds what will be kept; the file was read.
            form.data = {**request.POST.dict(), "text": lines, "seen": digest}
        else:
            status = 422
    context = {
        "decision": decision,
        "versions": list(reversed(versions_of(decision).rows)),
        "form": form,
        "look": look,
    }
    return render(request, "decisions/admin/texts.html", context, status=status)


def _save(request: HttpRequest, decision: Decision, form: TextForm) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        add_text_version(
            decision=decision,
            language=data["language"],
            valid_from=data["valid_from"],
            text=data["lines"],
            source=data["source"],
            is_whole=not data["is_excerpt"],
            by=request.user,
        )
    except ValidationError as error:
        for name, errors in error.message_dict.items():
            form.add_error(name if name in form.fields else None, errors)
        return None
    log(instance=decision, action="wagtail.edit", user=request.user)
    messages.success(request, _("The text is kept."))
    return redirect("decision_texts", pk=decision.pk)


def _look(act: Act) -> dict[str, Any]:
    """How a text comes apart, for the eye of whoever pasted it."""
    kinds = [piece.kind for piece in act.pieces]
    return {
        "articles": kinds.count("article"),
        "provisions": sum(kind != NOTE for kind in kinds),
        "notes": kinds.count(NOTE),
        "excluded": [piece for piece in act.pieces if piece.excluded],
        "pieces": [
            {"piece": piece, "depth": sum(1 for _one in act.chain(piece.parent))}
            for piece in act.pieces[:MOST_SHOWN]
        ],
        "more": max(len(act.pieces) - MOST_SHOWN, 0),
    }


@require_POST
@permission_required("decisions.add_textversion")
def text_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a text from readers that was entered by mistake; its row stays."""
    version = get_object_or_404(TextVersion.objects.select_related("decision"), pk=pk, void=False)
    withdraw_text_version(version=version, by=request.user)
    log(instance=version.decision, action="wagtail.edit", user=request.user)
    messages.success(request, _("The text was taken from readers; the record keeps it."))
    return redirect("decision_texts", pk=version.decision_id)
