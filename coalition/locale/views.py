"""The admin's JavaScript strings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.i18n import JavaScriptCatalog
from wagtail.admin.localization import get_localized_response

_catalog = JavaScriptCatalog.as_view()


def admin_catalog(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Strings of the admin's scripts in the user's language, of every app and of LOCALE_PATHS.

    Wagtail's own views name their packages, and Django then leaves LOCALE_PATHS out: the admin
    would speak half Kazakh.
    """
    response: HttpResponse = get_localized_response(_catalog, request, *args, **kwargs)
    return response
