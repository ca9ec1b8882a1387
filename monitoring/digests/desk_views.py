"""The editors' desk in the admin: the coming issue, its lead, its preview, holding it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.log_actions import log

from monitoring.core.models import LANGUAGES
from monitoring.digests import desk, editorials
from monitoring.digests.desk_forms import EditorialForm
from monitoring.digests.issues import LISTED
from monitoring.digests.models import Aspect, DigestRun, Editorial, Frequency, Letter
from monitoring.mailing import compose
from monitoring.mailing.services import prepare_parts, queue_prepared

FRAME_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def guard(request: HttpRequest, right: str) -> Any:
    """The user, if they may; else 403."""
    user: Any = request.user
    if not user.has_perm(f"digests.{right}"):
        raise PermissionDenied
    return user


def stands(row: Editorial | Letter | None, names: Sequence[str]) -> list[tuple[str, str]]:
    """What another editor wrote, field by field: names in words, without the empty ones."""
    if row is None:
        return []
    fields = {field.attname: str(field.verbose_name) for field in row._meta.concrete_fields}
    return [(fields[name], getattr(row, name)) for name in names if getattr(row, name)]


def _frequency(value: str) -> str:
    if value not in LISTED:
        raise Http404
    return Frequency(value).value


@require_http_methods(["GET", "HEAD", "POST"])
def issue_desk(request: HttpRequest, frequency: str) -> HttpResponse:
    """The coming issue: how many get it, its lead, and the buttons that hold and release it."""
    user = guard(request, "edit_issue")
    frequency = _frequency(frequency)
    row = desk.desk_editorial(frequency)
    key = editorials.issue_key(frequency)
    meanwhile, left, status = None, False, 200
    if request.method == "POST":
        form = EditorialForm(request.POST)
        if form.is_valid():
            try:
                saved = editorials.save_editorial(
                    frequency=frequency,
                    by=user,
                    seen=request.POST.get("issue", ""),
                    **form.cleaned_data,
                )
            except editorials.TwoEditorsError as error:
                meanwhile, left, status = error.stands, error.left, 409
                form = EditorialForm({**request.POST.dict(), "version": str(meanwhile.version)})
            except ValidationError as error:
                form.add_error(None, error)
            else:
                log(saved, "digests.lead", user=user)
                messages.success(request, _("Saved. It stands on top of the coming issue."))
                return HttpResponseRedirect(request.path)
        status = status if status != 200 or form.is_valid() else 422
    else:
        form = EditorialForm(instance=row, initial={"version": row.version})
    issue = desk.coming_issue(frequency)
    counts = desk.audience(issue) if "count" in request.GET or desk.is_soon_counted() else {}
    context = {
        "frequency": frequency,
        "label": Frequency(frequency).label,
        "row": row,
        "form": form,
        "meanwhile": meanwhile,
        "left": left,
        "stands": stands(meanwhile, editorials.WORDS),
        "held_until": _held_until(row, issue.run),
        "key": key,
        "run": issue.run,
        "records": len(issue.found.hits["kk"]),
        "counts": counts,
        "total": sum(counts.values()),
        "afters": Editorial.After.choices,
        "languages": LANGUAGES,
        "kinds": Aspect.choices,
        "chosen": request.GET,
        "ticked": request.GET.getlist("kinds"),
        "query": request.GET.urlencode(),
        "may_close": user.has_perm("digests.close_digestrun"),
    }
    return render(request, "digests/desk.html", context, status=status)


def _held_until(row: Editorial, run: DigestRun) -> dt.datetime | None:
    """When a held issue is settled by itself."""
    return max(row.held_at, run.window_end) + editorials.HELD_FOR if row.held_at else None


@require_POST
def issue_act(request: HttpRequest, frequency: str) -> HttpResponse:
    """Hold, release or cancel; who did it stands on the row and in the audit log."""
    user = guard(request, "edit_issue")
    frequency = _frequency(frequency)
    what, seen = request.POST.get("what", ""), request.POST.get("issue", "")
    try:
        if what == "hold" and request.POST.get("after") in Editorial.After.values:
            row = editorials.hold_issue(
                frequency=frequency, by=user, after=request.POST["after"], seen=seen
            )
            said = _("The issue is held.")
        elif what == "release":
            row = editorials.release_issue(frequency=frequency, by=user, seen=seen)
            said = _("The issue leaves at its time.")
        elif what == "cancel":
            row = editorials.cancel_issue(frequency=frequency, by=user, seen=seen)
            said = _("The issue is cancelled; what it told stands in the next one.")
        else:
            messages.error(request, _("Choose what to do with the issue."))
            return HttpResponseRedirect(reverse("digest_desk", args=[frequency]))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        log(row, f"digests.{what}", user=user, data={"after": row.after})
        messages.success(request, said)
    return HttpResponseRedirect(reverse("digest_desk", args=[frequency]))


def _previewed(request: HttpRequest, frequency: str) -> compose.Parts | None:
    data = request.POST if request.method == "POST" else request.GET
    language = data.get("language", "kk")
    number = data.get("subscriber", "").strip()
    kinds = [one for one in data.getlist("kinds") if one in Aspect.values]
    if language not in LANGUAGES or (number and not (number.isascii() and number.isdecimal())):
        return None
    return desk.preview(
        desk.coming_issue(frequency),
        language=language,
        kinds=",".join(kinds),
        subscriber=int(number[:18]) if number else None,
    )


@require_safe
@xframe_options_sameorigin
def issue_preview(request: HttpRequest, frequency: str) -> HttpResponse:
    """The mail as a chosen reader would get it: no script, no form, nothing fetched."""
    guard(request, "edit_issue")
    parts = _previewed(request, _frequency(frequency))
    if parts is None:
        html = render(request, "digests/desk_nothing.html").content.decode()
    else:
        html = parts.html
    response = HttpResponse(html)
    response["Content-Security-Policy"] = FRAME_POLICY
    return response


@require_POST
def issue_test(request: HttpRequest, frequency: str) -> HttpResponse:
    """Send the chosen mail to oneself, by the outbox like every mail."""
    user = guard(request, "edit_issue")
    frequency = _frequency(frequency)
    parts = _previewed(request, frequency)
    if parts is None or not user.email:
        messages.error(request, _("There is nothing to send to this reader."))
    else:
        test = compose.Parts(f"{_('Test')}: {parts.subject}", parts.text, parts.html)
        language = request.POST.get("language", "kk")
        queue_prepared(
            mail=prepare_parts(
                key=f"test:{uuid.uuid4().hex}",
                to=user.email,
                template="digest",
                language=language,
                parts=test,
            )
        )
        messages.success(request, _("A test is on its way to your own address."))
    return HttpResponseRedirect(reverse("digest_desk", args=[frequency]))
