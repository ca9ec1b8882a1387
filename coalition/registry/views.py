"""Pages of an organisation's own people: tasks, «Our organisation», "is this still right?".

The forms carry no CSRF token but are sent by our own pages only (`_ours`): a token that changes at
sign-in would cost a person whose session ended in the middle of writing the whole text.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from coalition.accounts.models import User
from coalition.registry import own_services
from coalition.registry.data_checks import confirm_data, read_token
from coalition.registry.models import Organisation, Representative
from coalition.registry.own_forms import OwnForm
from coalition.registry.own_models import DataCheck, OwnDraft
from coalition.registry.own_selectors import history
from coalition.registry.own_values import differing, label_of, public_values, shown, spoken
from monitoring.core import todo
from monitoring.core.clients import bucket_key, client_network, from_our_pages
from monitoring.core.services import take_token

STASH = "own_form"
"""Where a session keeps what was typed by somebody whose sign-in had ended."""
STASHED_AN_HOUR = 30


def _language() -> str:
    return (get_language() or "kk")[:2]


def _ours(request: HttpRequest) -> bool:
    """Whether a page of this site sent the POST: here a browser that names no sender is refused."""
    named = request.headers.get("Origin") or request.headers.get("Referer")
    return bool(named) and from_our_pages(request)


def _own(user: User) -> QuerySet[Organisation]:
    """The organisations that a person speaks for now; asked anew at every request."""
    speaking = Representative.objects.current().filter(user=user)
    return Organisation.objects.filter(representatives__in=speaking).order_by("pk").distinct()


@never_cache
@login_required
def tasks(request: HttpRequest) -> HttpResponse:
    """What is asked of the person and the organisations now, deadlines first."""
    user: User = request.user  # type: ignore[assignment] # login_required
    own = list(_own(user))
    context = {
        "organisations": own,
        "items": todo.waiting_for([user], _language())[user.pk],
        "history": history(own),
        "arrived": OwnDraft.objects.sent().filter(organisation__in=own),
        "may_edit": user.has_perm("wagtailadmin.access_admin"),
    }
    return render(request, "registry/own/tasks.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def our_organisation(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The form. GET shows the open draft, POST keeps what was typed and, asked so, sends it."""
    if not request.user.is_authenticated:
        return _to_the_door(request, pk)
    user: User = request.user
    own = _own(user)
    if pk is None:
        found = list(own[:2])
        if len(found) != 1:
            return redirect("tasks")
        organisation = found[0]
    else:
        organisation = get_object_or_404(own, pk=pk)  # somebody else's is no other than none
    answer = _post(request, organisation, user) if request.method == "POST" else None
    if answer is None:
        answer = _show(request, organisation, user)
    # Not "no-store": a browser then forgets what was typed when a person goes back.
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _to_the_door(request: HttpRequest, pk: int | None) -> HttpResponse:
    """Whoever wrote longer than the session lived finds the text again after signing in."""
    key = bucket_key("own_form", client_network(request))
    if (
        request.method == "POST"
        and _ours(request)
        and take_token(key=key, capacity=STASHED_AN_HOUR, per_seconds=3600)
    ):
        form = OwnForm(request.POST, language=_language())
        request.session[STASH] = {
            "organisation": pk,
            "values": form.kept(),
            "version": str(request.POST.get("version", ""))[:10],
        }
        messages.warning(
            request, _("Your sign-in had ended. What you wrote is kept: sign in, and go on.")
        )
    return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")


def _show(request: HttpRequest, organisation: Organisation, user: User) -> HttpResponse:
    language = _language()
    draft = own_services.open_draft(organisation=organisation, by=user, language=language)
    initial = {**draft.values, "version": draft.version}
    stash: dict[str, Any] = request.session.get(STASH) or {}
    kept = bool(stash) and stash["organisation"] in {None, organisation.pk}
    if kept:
        logo = draft.values["logo"]
        initial = {**initial, **stash["values"], "logo": logo, "version": stash["version"]}
    form = OwnForm(initial=initial, language=language)
    return _page(request, organisation, draft, form, unsaved=kept)


def _post(request: HttpRequest, organisation: Organisation, user: User) -> HttpResponse | None:
    if request.POST.get("action") == "confirm" and _ours(request):
        confirm_data(organisation=organisation, by=user, how=DataCheck.How.FORM)
        messages.success(request, _("Thank you: noted with today’s date."))
        return redirect("tasks")
    language = _language()
    draft = own_services.open_draft(organisation=organisation, by=user, language=language)
    form = OwnForm(
        request.POST, request.FILES, language=language, logo=draft.values["logo"] or None
    )
    if not _ours(request):
        form.add_error(None, _("This form was sent from another site. Please send it from here."))
        return _page(request, organisation, draft, form, status=403)
    right = form.is_valid()
    _keep_logo(form, organisation, user)
    try:
        draft = own_services.save_draft(
            organisation=organisation,
            by=user,
            values=form.values() if right else form.kept(),
            version=_version(request),
            language=language,
        )
    except own_services.DraftChangedError as error:
        form.show_both(error.draft)
        return _page(request, organisation, error.draft, form, status=409)
    request.session.pop(STASH, None)
    if not right:
        form.carry(draft.version)
        return _page(request, organisation, draft, form, status=400)
    return _go_on(request, organisation, draft, user)


def _go_on(
    request: HttpRequest, organisation: Organisation, draft: OwnDraft, user: User
) -> HttpResponse:
    """After a text without errors was kept: make it the pages' draft, or send it."""
    if request.POST.get("action") != "send":
        if draft.pk:
            own_services.write_pages(draft=draft, by=user)
        return redirect(request.path)
    if draft.state != OwnDraft.State.SENT and not differing(
        public_values(organisation), draft.values
    ):
        confirm_data(organisation=organisation, by=user, how=DataCheck.How.FORM)
        own_services.drop_draft(draft=draft)
        messages.success(
            request, _("Nothing differs from what the site shows. Noted that it is right.")
        )
        return redirect("tasks")
    own_services.send_draft(draft=draft, by=user)
    messages.success(request, _("Sent. The secretariat reads it and answers by mail."))
    return redirect("tasks")


def _version(request: HttpRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else -1


def _keep_logo(form: OwnForm, organisation: Organisation, user: User) -> None:
    """A good picture is kept even when another field is wrong: browsers do not send it again."""
    file = form.cleaned_data.get("logo")
    if form.cleaned_data.get("remove_logo"):
        form.kept_logo = None
    if file:
        form.kept_logo = own_services.store_logo(organisation=organisation, file=file, by=user).pk


def _page(
    request: HttpRequest,
    organisation: Organisation,
    draft: OwnDraft,
    form: OwnForm,
    *,
    status: int = 200,
    unsaved: bool = False,
) -> HttpResponse:
    language = form.language
    context: dict[str, Any] = {
        "organisation": organisation,
        "draft": draft,
        "form": form,
        "main": [form[name] for name in form.main_names],
        "others": [
            {"language": code, "fields": [form[name] for name in names]}
            for code, names in form.other_names.items()
        ],
        "unsaved": unsaved,
        "logo": own_services.find_logo(form.kept_logo or draft.values["logo"]),
        "replaced": [
            (label_of(name), spoken(name, value, language) or "–")
            for name, value in draft.replaced.items()
        ],
        "confirmed": organisation.data_checks.answered().first(),
    }
    return render(request, "registry/own/form.html", context, status=status)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def data_check(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link of a mail: GET shows the data and does nothing, POST says they are right."""
    found = read_token(token)
    if found is None:
        return render(request, "registry/own/bad_link.html", status=404)
    check, person = found
    if request.method == "POST" and from_our_pages(request) and check.answered_at is None:
        check = confirm_data(organisation=check.organisation, by=person, how=DataCheck.How.MAIL)
    context = {
        "check": check,
        "organisation": check.organisation,
        "rows": shown(check.organisation, _language()),
    }
    return render(request, "registry/own/data_check.html", context)
