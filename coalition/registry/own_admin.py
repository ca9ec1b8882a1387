"""The secretariat's side of «Our organisation»: what was sent, field by field; its decision."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalition.accounts.models import User
from coalition.registry import own_services
from coalition.registry.own_models import OwnDraft
from coalition.registry.own_selectors import REVIEW_RIGHT, differences, other_changes


def _require(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.has_perm(REVIEW_RIGHT):
        raise PermissionDenied
    return user


@require_http_methods(["GET", "HEAD"])
def own_drafts(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, oldest first, and what was decided lately."""
    _require(request)
    waiting = OwnDraft.objects.sent().select_related("organisation")
    decided = OwnDraft.objects.exclude(decided_at=None).exclude(state=OwnDraft.State.SENT)
    context = {
        "waiting": waiting,
        "decided": decided.select_related("organisation", "decided_by").order_by("-decided_at")[
            :20
        ],
    }
    return render(request, "registry/admin/own_drafts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def review_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation's text beside what readers see now. POST publishes or returns it."""
    user = _require(request)
    draft = get_object_or_404(OwnDraft.objects.select_related("organisation"), pk=pk)
    note, error, status = "", "", 200
    if request.method == "POST":
        note = request.POST.get("note", "")
        try:
            return _decide(request, draft, note, user)
        except own_services.DraftChangedError as changed:
            draft, status = changed.draft, 409
            error = _("The organisation has sent another text, or somebody has decided meanwhile.")
        except ValidationError as refused:
            status = 400
            error = " ".join(refused.messages)
    language = (get_language() or "ru")[:2]
    rows = differences(draft, language)
    for row in rows:
        if row["name"] == "logo":
            row["old_image"] = own_services.find_logo(int(row["old"] or 0))
            row["new_image"] = own_services.find_logo(int(row["new"] or 0))
    context = {
        "draft": draft,
        "rows": rows,
        "others": other_changes(draft),
        "decidable": draft.state == OwnDraft.State.SENT,
        "note": note,
        "error": error,
    }
    return render(request, "registry/admin/review_draft.html", context, status=status)


def _decide(request: HttpRequest, draft: OwnDraft, note: str, user: User) -> HttpResponse:
    typed = request.POST.get("version", "")
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else -1
    if request.POST.get("action") == "publish":
        own_services.publish_draft(draft=draft, version=version, by=user)
        messages.success(request, _("Published. The organisation is told by mail."))
    else:
        own_services.return_draft(draft=draft, version=version, note=note, by=user)
        messages.success(request, _("Returned. The organisation is told by mail."))
    return redirect("own_drafts")
