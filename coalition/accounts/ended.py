"""A form sent after its session ended: nothing is done, and nothing that was typed is lost.

The page that answers holds what was sent, so that the person signs in beside it and sends it again
from there. Passwords and files do not come back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import csrf

Kept = list[tuple[str, str]]


class EndedSession:
    """Answers with that page where a form would have led to the door, and been forgotten."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Only what a browser sent that was signed in once; others find the door as ever."""
        response = self.get_response(request)
        if request.method != "POST" or response.status_code != 302:
            return response
        user: Any = request.user
        if user.is_authenticated:
            return response  # who is signed in has no right to it: the door is the whole answer
        leads_to_the_door = response["Location"].startswith(reverse("account_login") + "?next=")
        known = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME} & set(request.COOKIES)
        if not leads_to_the_door or not known or _is_at_the_door(request):
            return response
        kept = _kept(request)
        return _page(request, kept) if kept else response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The same page where the token is that of the session before, else the usual one.

    Signing in makes another token. It is given to a form of ours alone: the browser itself says
    where the form was sent from, and no other site's form is ever offered to be sent again.
    """
    ours = f"{request.scheme}://{request.get_host()}"
    if (
        request.headers.get("Origin") == ours
        and settings.CSRF_COOKIE_NAME in request.COOKIES
        and request.path.startswith("/admin/")
        and (kept := _kept(request))
    ):
        return _page(request, kept)
    answer: HttpResponse = csrf.csrf_failure(request, reason)
    return answer


def _is_at_the_door(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("account_login"))


def _kept(request: HttpRequest) -> Kept:
    """What was typed, in its order."""
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
    ]


def _page(request: HttpRequest, kept: Kept) -> HttpResponse:
    user: Any = request.user
    context = {
        "kept": kept,
        "signed_in": user.is_authenticated,
        "files": bool(request.FILES),
        "action": request.get_full_path(),
    }
    response = render(request, "accounts/ended.html", context, status=403)
    response["Cache-Control"] = "private, no-store"
    return response
