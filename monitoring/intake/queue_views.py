"""The queue, fifty at a time: plain forms, which a script lets one drive from the keyboard.

- `GET /admin/candidates/?state=&source=&language=&points=&order=newest|score&p=`
- `POST /admin/candidates/bulk/`: one (ids), do=accept|reject|nothing, kind (id), reason
- `POST /admin/candidates/looked/`: source (id)
- `GET /admin/candidates/actions/`, `POST /admin/candidates/actions/<id>/undo/`
- `GET /admin/candidates/<id>/same/?with=<id>`, `POST` the same: do=join|apart and the form's fields
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from monitoring.core import clock
from monitoring.decisions.citations import acts_named, lost_force, lost_in
from monitoring.evidence.models import Source
from monitoring.intake import scoring
from monitoring.intake.actions import note_look, undo
from monitoring.intake.forms import AcceptForm, BulkForm
from monitoring.intake.models import Action, Candidate
from monitoring.intake.pairs import keep_apart, proposals
from monitoring.intake.selectors import Queue, queue
from monitoring.intake.services import (
    AlreadyDecidedError,
    Bulk,
    accept_candidate,
    accept_many,
    merge_candidate,
    reject_many,
)

PAGE = 50
UNDO_OFFERED = dt.timedelta(hours=1)


@require_safe
@permission_required("intake.view_candidate")
def candidates(request: HttpRequest) -> HttpResponse:
    """The queue by state, source, language and points."""
    return _queue(request, Queue.asked(request.GET))


def _queue(
    request: HttpRequest, asked: Queue, *, form: BulkForm | None = None, ticked: Sequence[str] = ()
) -> HttpResponse:
    page = Paginator(queue(asked), PAGE).get_page(asked.page)
    rows = list(page.object_list)
    pks = [row.pk for row in rows]
    paired = proposals(pks)
    reasons = scoring.in_words(rows)
    acts = acts_named(f"{row.title}\n{row.summary}" for row in rows)
    language = get_language() or "ru"
    context = {
        "page": page,
        "rows": [
            {
                "one": row,
                "reasons": reasons.get(row.pk, []),
                "pairs": paired.get(row.pk, []),
                "lost": [
                    (act, lost_force(act, language))
                    for act in lost_in(acts, [f"{row.title}\n{row.summary}"])
                ],
                "ticked": str(row.pk) in ticked,
            }
            for row in rows
        ],
        "asked": asked,
        "query": asked.query(),
        "states": [*Candidate.State.choices, ("all", _("all"))],
        "sources": Source.objects.order_by("pk"),
        "source": next((one for one in Source.objects.filter(pk=asked.source or 0)), None),
        "may_decide": request.user.has_perm("intake.change_candidate"),
        "form": form or BulkForm(),
        "last": _last(request),
    }
    return render(
        request, "intake/candidates.html", context, status=422 if form and form.errors else 200
    )


def _last(request: HttpRequest) -> Action | None:
    """What this person did last, for an hour: it can be taken back where it was done."""
    since = clock.now() - UNDO_OFFERED
    mine = Action.objects.filter(by=request.user.pk, at__gte=since, undone_at=None)
    return mine.order_by("-pk").first()


@require_POST
@permission_required("intake.change_candidate")
def bulk(request: HttpRequest) -> HttpResponse:
    """Decide on every ticked entry."""
    asked = Queue.asked(request.POST)
    form = BulkForm(request.POST)
    ticked = request.POST.getlist("one")
    pks = [int(pk) for pk in ticked if pk.isdecimal() and len(pk) < 19][:PAGE]
    if form.is_valid() and not pks:
        form.add_error(None, _("Tick one entry at least."))
    if not form.is_valid():
        return _queue(request, asked, form=form, ticked=ticked)
    found = Candidate.objects.filter(pk__in=pks).select_related("source__body", "decided_by")
    rows = list(found.prefetch_related("source__topics").order_by("pk"))
    if form.cleaned_data["do"] == "accept":
        done = accept_many(candidates=rows, by=request.user, kind=form.cleaned_data["kind"])
    else:
        nothing = form.cleaned_data["do"] == "nothing"
        reason = form.cleaned_data["reason"] or _("Looked, nothing relevant.")
        done = reject_many(candidates=rows, by=request.user, reason=reason, nothing=nothing)
    _tell(request, done)
    return redirect(f"{reverse('candidates')}?{asked.query()}")


def _tell(request: HttpRequest, done: Bulk) -> None:
    if done.done:
        count = len(done.done)
        messages.success(
            request,
            ngettext("Done: %(n)s entry.", "Done: %(n)s entries.", count) % {"n": count},
        )
    for source in done.looked:
        messages.success(
            request,
            _("Noted for “%(source)s”: looked through today, nothing relevant.")
            % {"source": source},
        )
    for one in done.late[:10]:
        messages.warning(request, f"{one}: {who_decided(one)}")
    for one, why in done.refused[:10]:
        messages.error(request, f"{one}: {why}")


def who_decided(one: Candidate) -> str:
    """Who decided on an entry first, when and what."""
    at = one.decided_at
    return _("decided before you: %(state)s, %(who)s, %(when)s") % {
        "state": one.get_state_display(),
        "who": one.decided_by or _("by rule"),
        "when": f"{at.astimezone(clock.ALMATY):%d.%m.%Y %H:%M}" if at else "",
    }


@require_POST
@permission_required("intake.change_candidate")
def looked(request: HttpRequest) -> HttpResponse:
    """A person looked through a source and found nothing relevant."""
    pk = request.POST.get("source", "")
    source = get_object_or_404(Source, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
    try:
        note_look(source=source, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("Noted for “%(source)s”: looked through today, nothing relevant.")
            % {"source": source},
        )
    return redirect(f"{reverse('candidates')}?{urlencode({'source': source.pk})}")


@require_safe
@permission_required("intake.view_candidate")
def actions(request: HttpRequest) -> HttpResponse:
    """What was done last, by whom, and what of it can be taken back."""
    rows = Action.objects.select_related("by", "undone_by", "source").prefetch_related(
        "items__candidate"
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("p"))
    context = {"page": page, "may_decide": request.user.has_perm("intake.change_candidate")}
    return render(request, "intake/actions.html", context)


@require_POST
@permission_required("intake.change_candidate")
def undo_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one action did."""
    action = get_object_or_404(Action, pk=pk)
    if action.undone_at:
        messages.warning(
            request, _("This was taken back before: %(who)s.") % {"who": action.undone_by}
        )
    else:
        done, refused = undo(action=action, by=request.user)
        if done or not refused:
            messages.success(
                request,
                ngettext(
                    "Taken back: %(n)s entry waits again.",
                    "Taken back: %(n)s entries wait again.",
                    done,
                )
                % {"n": done},
            )
        for one, why in refused[:10]:
            messages.error(request, f"{one}: {why}")
    after = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        after = reverse("candidate_actions")
    return redirect(after)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("intake.change_candidate")
def same(request: HttpRequest, pk: int) -> HttpResponse:
    """Two entries side by side, and the one decision that they may become."""
    said = request.POST if request.method == "POST" else request.GET
    other = said.get("with", "")
    rows = Candidate.objects.select_related("source__body", "decision__kind", "decided_by")
    first = get_object_or_404(rows, pk=pk)
    second = get_object_or_404(
        rows.exclude(pk=pk), pk=int(other) if other.isdecimal() and len(other) < 19 else 0
    )
    if second.state == Candidate.State.NEW and first.state != Candidate.State.NEW:
        first, second = second, first
    form = AcceptForm.prefilled_of(first, second)
    status = 200
    if request.method == "POST":
        if said.get("do") == "apart":
            keep_apart(first=first, second=second, by=request.user)
            messages.success(request, _("Noted: these are two documents."))
            return redirect("candidates")
        form = AcceptForm(request.POST, auto_id="accept_%s")
        try:
            if second.decision is not None or form.is_valid():
                _join(request, first, second, form)
                messages.success(request, _("Both entries are one decision now."))
                return redirect("candidate", pk=first.pk)
            status = 422
        except AlreadyDecidedError as error:
            messages.warning(request, f"{error.current}: {who_decided(error.current)}")
            status = 409
        except ValidationError as error:
            form.add_error(None, error.messages)
            status = 422
    context = {
        "first": first,
        "second": second,
        "both": [first, second],
        "form": form,
        "shared": next(
            (one.words for one in proposals([first.pk]).get(first.pk, []) if one.other == second),
            [],
        ),
        "waiting": first.state == Candidate.State.NEW,
    }
    return render(request, "intake/same.html", context, status=status)


def _join(request: HttpRequest, first: Candidate, second: Candidate, form: AcceptForm) -> None:
    if second.decision is not None:  # the other one was accepted before: this one joins it
        merge_candidate(candidate=first, decision=second.decision, by=request.user)
        return
    facts = form.cleaned_data
    date, precision = facts["date"]
    accept_candidate(
        candidate=first,
        same=second,
        by=request.user,
        kind=facts["kind"],
        titles={code: facts[f"title_{code}"] for code in ("kk", "ru", "en")},
        bodies=facts["bodies"],
        topics=facts["topics"],
        date=date,
        precision=precision,
        number=facts["number"],
    )
