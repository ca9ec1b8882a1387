"""Corrections in the admin: what was told, the words in three languages, preview, release."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.log_actions import log

from monitoring.core.models import LANGUAGES
from monitoring.digests import corrections
from monitoring.digests.models import DigestRunSubscriber, ItemCorrection, Subscriber
from monitoring.journal.models import Change

TOLD = 50
"""Changes of the last mails to choose from."""
MAILS = 400
"""The last mails in which they are looked for."""


class CorrectionForm(forms.Form):
    """What was wrong and what is right, in each language."""

    use_required_attribute = False
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    said_kk = forms.CharField(label=gettext_lazy("In Kazakh"), max_length=1000, required=False)
    said_ru = forms.CharField(label=gettext_lazy("In Russian"), max_length=1000, required=False)
    said_en = forms.CharField(label=gettext_lazy("In English"), max_length=1000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"said_{code}"].widget = forms.Textarea(attrs={"rows": 3, "lang": code})

    @property
    def said(self) -> dict[str, str]:
        """By language."""
        return {code: self.cleaned_data[f"said_{code}"] for code in LANGUAGES}


def _only_correctors(request: HttpRequest) -> Any:
    user: Any = request.user
    if not user.has_perm("digests.correct_digest"):
        raise PermissionDenied
    return user


@require_safe
def correction_list(request: HttpRequest) -> HttpResponse:
    """What was told lately, each with a button, and the corrections so far."""
    _only_correctors(request)
    ids: dict[int, None] = {}
    rows = DigestRunSubscriber.objects.order_by("-pk").values_list("changes", flat=True)
    for changes in rows[:MAILS]:
        ids |= dict.fromkeys(changes)
    told = Change.objects.filter(pk__in=list(ids)).order_by("-pk")[:TOLD]
    context = {"told": told, "corrections": ItemCorrection.objects.select_related("released_by")}
    return render(request, "digests/admin/corrections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def correction_new(request: HttpRequest, change: int) -> HttpResponse:
    """Begin a correction of what was told of a change."""
    user = _only_correctors(request)
    row = get_object_or_404(Change, pk=change)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = corrections.draft_correction(change=row, said=form.said, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            log(made, "digests.correct", user=user)
            return HttpResponseRedirect(reverse("digest_correction", args=[made.pk]))
    context = {"form": form, "change": row, "status": ""}
    status = 400 if form.errors else 200
    return render(request, "digests/admin/correction_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail in three languages, how many get it, the button; POST writes the draft anew."""
    user = _only_correctors(request)
    row = get_object_or_404(ItemCorrection, pk=pk)
    first = {"seen": row.version, **{f"said_{code}": row.said_in(code) for code in LANGUAGES}}
    form, status, other = CorrectionForm(initial=first), 200, None
    if request.method == "POST":
        form = CorrectionForm(request.POST)
        status = 400
        if form.is_valid():
            try:
                row = corrections.edit_correction(
                    correction=row, said=form.said, seen=form.cleaned_data["seen"] or 0, by=user
                )
            except ValidationError as error:
                form.add_error(None, error)
            except corrections.EditedError as error:
                row = other = error.current
                status = 409
            else:
                log(row, "digests.correct", user=user)
                return HttpResponseRedirect(reverse("digest_correction", args=[row.pk]))
    return _page(request, row, form, status, other)


def _page(
    request: HttpRequest,
    row: ItemCorrection,
    form: CorrectionForm,
    status: int = 200,
    other: ItemCorrection | None = None,
) -> HttpResponse:
    context = {
        "row": row,
        "change": Change.objects.filter(pk__in=row.changes).first(),
        "form": form,
        "other": [(code, other.said_in(code)) for code in LANGUAGES] if other else [],
        "previews": [_preview(row, code) for code in LANGUAGES],
        "audience": sum(1 for _one in corrections.audience(row)),
        "is_draft": row.state == ItemCorrection.State.DRAFT,
        "told": row.told.count(),
    }
    return render(request, "digests/admin/correction.html", context, status=status)


def _preview(row: ItemCorrection, language: str) -> dict[str, str]:
    """Subject and text as a reader of a language gets them."""
    stand_in = Subscriber(address="reader@example.org", language=language)
    raw = corrections.correction_mail(row, stand_in, None).raw
    message = message_from_bytes(raw, policy=policy.default)
    part = message.get_body(("plain",))
    text = str(part.get_content()) if part is not None else ""
    return {"language": language, "subject": str(message["Subject"]), "text": text}


@require_POST
def correction_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it leave, if the version that the person saw still stands."""
    user = _only_correctors(request)
    row = get_object_or_404(ItemCorrection, pk=pk)
    seen = request.POST.get("seen", "")
    try:
        row = corrections.release_correction(
            correction=row, seen=int(seen) if seen.isdecimal() else 0, by=user
        )
    except corrections.EditedError as error:
        messages.error(
            request,
            _("A colleague changed or released it after you opened this page. Look at it again."),
        )
        row = error.current
    else:
        log(row, "digests.correct_release", user=user)
        messages.success(request, _("Released: the mails are being made."))
    return HttpResponseRedirect(reverse("digest_correction", args=[row.pk]))
