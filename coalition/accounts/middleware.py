"""The admin's language before a person has chosen one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from wagtail.admin.localization import get_available_admin_languages

from coalition.accounts.services import ADMIN_LANGUAGE


class AdminLanguage:
    """Russian under /admin/ (sign-in and password reset too), whatever the browser prefers.

    `?language=kk` on these pages chooses another and is remembered in Django's language cookie;
    the choice in a person's account settings goes before it (Wagtail applies it itself).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the admin's language; other addresses pass untouched."""
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        permitted = dict(get_available_admin_languages())
        asked = request.GET.get("language", "")
        kept = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = next((one for one in (asked, kept) if one in permitted), ADMIN_LANGUAGE)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if asked in permitted and asked != kept:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                asked,
                max_age=365 * 24 * 3600,
                path="/admin/",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response
