"""The queue of what came in. Plain forms; a script may drive them like a person:

- `queue_views` has the list, what is done to many, undoing and pairs
- `GET /admin/candidates/<id>/?q=<words or number>` shows the entry, and decisions to merge it with
- `POST /admin/candidates/<id>/accept/`: title_kk, title_ru, title_en (one at least), kind (id),
  bodies (ids), topics (ids), date (24.11.2026, 11.2026, 2026 or empty), number
- `POST /admin/candidates/<id>/merge/`: decision (id), stage (id or empty), date
- `POST /admin/candidates/<id>/reject/`: reason

A POST that was done leads back to the entry (302), where `a.decision` is the public page. A faulty
one answers 422 with a sentence at each field, one that comes second 409 with what the first did;
both show all that was typed.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from monitoring.decisions.citations import acts_named
from monitoring.intake import scoring
from monitoring.intake.forms import AcceptForm, MergeForm, RejectForm
from monitoring.intake.models import Action, Candidate
from monitoring.intake.pairs import proposals
from monitoring.intake.selectors import known_decisions
from monitoring.intake.services import (
    AlreadyDecidedError,
    accept_candidate,
    merge_candidate,
    reject_candidate,
)


@require_safe
@permission_required("intake.view_candidate")
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its source and saved copy, and what can be done with it."""
    return _page(request, _get(pk))


@require_POST
@permission_required("intake.change_candidate")
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a public decision of the entry."""
    one = _get(pk)
    form = AcceptForm(request.POST, auto_id="accept_%s")
    if not form.is_valid():
        return _page(request, one, status=422, accept=form)
    facts = form.cleaned_data
    date, precision = facts["date"]
    try:
        accept_candidate(
            candidate=one,
            by=request.user,
            kind=facts["kind"],
            titles={language: facts[f"title_{language}"] for language in ("kk", "ru", "en")},
            bodies=facts["bodies"],
            topics=facts["topics"],
            date=date,
            precision=precision,
            number=facts["number"],
        )
    except AlreadyDecidedError as error:
        return _page(request, error.current, status=409, accept=form)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _page(request, one, status=422, accept=form)
    messages.success(request, _("The decision is public."))
    return redirect("candidate", pk=pk)


@require_POST
@permission_required("intake.change_candidate")
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the entry to a known decision."""
    one = _get(pk)
    form = MergeForm(request.POST, auto_id="merge_%s")
    if not form.is_valid():
        return _page(request, one, status=422, merge=form)
    date, precision = form.cleaned_data["date"]
    try:
        merge_candidate(
            candidate=one,
            decision=form.cleaned_data["decision"],
            by=request.user,
            stage=form.cleaned_data["stage"],
            date=date,
            precision=precision,
        )
    except AlreadyDecidedError as error:
        return _page(request, error.current, status=409, merge=form)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _page(request, one, status=422, merge=form)
    messages.success(request, _("The entry was added to the known decision."))
    return redirect("candidate", pk=pk)


@require_POST
@permission_required("intake.change_candidate")
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the entry aside, with the reason."""
    one = _get(pk)
    form = RejectForm(request.POST, auto_id="reject_%s")
    if not form.is_valid():
        return _page(request, one, status=422, reject=form)
    try:
        reject_candidate(candidate=one, by=request.user, reason=form.cleaned_data["reason"])
    except AlreadyDecidedError as error:
        return _page(request, error.current, status=409, reject=form)
    messages.success(request, _("The entry was put aside."))
    return redirect("candidate", pk=pk)


def _get(pk: int) -> Candidate:
    rows = Candidate.objects.select_related(
        "source__body", "snapshot", "decided_by", "decision__kind"
    )
    return get_object_or_404(rows, pk=pk)


def _page(request: HttpRequest, one: Candidate, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The entry's page; `forms` are those that came back with faults or too late."""
    asked = (request.GET.get("q") or "").strip()
    one = _get(one.pk)  # as it stands now, with all that the page shows
    language = get_language() or "ru"
    acts = acts_named([one.title, one.summary])
    context = {
        "candidate": one,
        "waiting": one.state == Candidate.State.NEW,
        "may_decide": request.user.has_perm("intake.change_candidate"),
        "too_late": status == 409,
        "tried": next(iter(forms), ""),
        "accept": forms.get("accept") or AcceptForm.prefilled(one),
        "merge": forms.get("merge") or MergeForm(auto_id="merge_%s"),
        "reject": forms.get("reject") or RejectForm(auto_id="reject_%s"),
        "reasons": scoring.in_words([one])[one.pk],
        "pairs": proposals([one.pk]).get(one.pk, []),
        "action": Action.objects.filter(items__candidate=one, items__undone_at=None).first(),
        "title_parts": acts.parts(one.title, language),
        "summary_parts": [acts.parts(line, language) for line in one.summary.splitlines()],
        "asked": asked,
        "found": known_decisions(asked, language),
    }
    return render(request, "intake/candidate.html", context, status=status)
