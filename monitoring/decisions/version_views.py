"""Versions of texts in the admin: pasted or brought as a file, looked at as parsed, then kept."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from monitoring.core.models import LANGUAGES
from monitoring.decisions import copies
from monitoring.decisions.models import LANGUAGE_CHOICES, Decision, TextVersion
from monitoring.decisions.text.parse import NOTE, Act, parse
from monitoring.decisions.versions import (
    add_text_version,
    checked_text,
    decode,
    versions_of,
    withdraw_text_version,
)
from monitoring.evidence.models import Snapshot

MOST_SHOWN = 400
"""Pieces in the look before saving: enough to see how the text comes apart."""


class WordingForm(forms.Form):
    """Of which language and from which day a text is."""

    language = forms.ChoiceField(label=gettext_lazy("language"), choices=LANGUAGE_CHOICES)
    valid_from = forms.DateField(
        label=gettext_lazy("in this wording from"),
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        help_text=gettext_lazy("As 24.11.2026."),
        widget=forms.DateInput(format="%d.%m.%Y"),
    )
    is_excerpt = forms.BooleanField(
        label=gettext_lazy("an excerpt"),
        required=False,
        help_text=gettext_lazy("Articles in a row. Nothing is said of what it leaves out."),
    )


class CopyForm(WordingForm):
    """The text of a saved copy: its words and its address are those of the copy."""

    mark = forms.IntegerField(required=False, widget=forms.HiddenInput)


class TextForm(WordingForm):
    """A text, the day from which it is so, and where it stands."""

    source = forms.CharField(
        label=gettext_lazy("where the text stands"),
        max_length=1000,
        help_text=gettext_lazy("An address, or the collection and its number. Never without one."),
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
    field_order = ("language", "valid_from", "source", "is_excerpt", "file", "text")

    def clean(self) -> dict[str, Any]:
        """The file or the box, as lines of an act."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        brought = data.get("file")
        raw = data.get("text", "")
        if brought is not None:
            if (brought.size or 0) > copies.MOST_BYTES:
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
    """The versions of a decision, and a new one: first as it is parsed, then kept.

    `?copy=ID`: the new one is taken from a saved copy of a page.
    """
    decision = get_object_or_404(Decision.objects.select_related("kind"), pk=pk)
    saved = copies.copies_of(decision)
    if "copy" in request.GET:
        copy = next((one for one in saved if str(one.pk) == request.GET["copy"]), None)
        if copy is None:
            raise Http404
        return _from_copy(request, decision, copy)
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
        "copies": [{"copy": one, "language": copies.language_of(one)} for one in saved],
    }
    return render(request, "decisions/admin/texts.html", context, status=status)


def _from_copy(request: HttpRequest, decision: Decision, copy: Snapshot) -> HttpResponse:
    """What the text of a saved copy would change, and the way to keep it."""
    mark = copies.mark_of(decision)
    usual = {"language": copies.language_of(copy) or "kk", "mark": mark}
    form = CopyForm(request.POST or None, initial=usual)
    status, moved = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                copies.keep_text(
                    decision=decision,
                    copy=copy,
                    mark=data["mark"] or 0,
                    language=data["language"],
                    valid_from=data["valid_from"],
                    is_whole=not data["is_excerpt"],
                    by=request.user,
                )
            except copies.TextsMovedError:
                status, moved = 409, True
            except ValidationError as error:
                for name, errors in error.message_dict.items():
                    form.add_error(name if name in form.fields else None, errors)
            else:
                log(instance=decision, action="wagtail.edit", user=request.user)
                messages.success(request, _("The text is kept."))
                return redirect("decision_texts", pk=decision.pk)
        # What is shown is what stands now: the next attempt is measured against it.
        form.data = {**request.POST.dict(), "mark": str(mark)}
    language = form["language"].value()
    language = language if language in LANGUAGES else usual["language"]
    context = {"decision": decision, "copy": copy, "form": form, "moved": moved, "look": None}
    try:
        lines = copies.text_of(copy)
    except ValidationError as error:
        context["unreadable"] = error.messages
        status = 422
    else:
        context["look"] = _look(parse(lines))
        context["change"] = copies.what_changes(decision, str(language), lines)
        context["text_language"] = dict(LANGUAGE_CHOICES)[str(language)]
    return render(request, "decisions/admin/text_copy.html", context, status=status)


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
