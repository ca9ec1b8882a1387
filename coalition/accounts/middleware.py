"""The admin's language before a person has chosen one, and its borders between organisations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from wagtail.admin.auth import permission_denied
from wagtail.admin.localization import get_available_admin_languages
from wagtail.models import Page

from coalition.accounts.limits import explorable, is_limited, linkable
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


class AdminLimits:
    """Closes what Wagtail's own rights leave open to a person without a staff role.

    Reports, lists by page type and form data go over all organisations; an address that names a
    page is answered only if the page is one's own, or (in choosers) public.
    """

    CLOSED = (
        "wagtail_bulk_action",  # it names whatever ids it is given, to say that they are refused
        "wagtailadmin_reports:",
        "wagtailforms:",
        "wagtailadmin_pages:type_use",
        "wagtailadmin_workflows:",
        "wagtail_localize:",
    )
    OF_PAGES = ("page_id", "parent_page_id", "page_to_move_id", "destination_id", "page_pk")
    PAGE_SPACES = ("wagtailadmin_pages:", "wagtailadmin_explore", "wagtailadmin_choose_page")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Answer as Wagtail does when a right is missing."""
        if not request.path_info.startswith("/admin/") or not is_limited(request.user):
            return None
        if not request.user.has_perm("wagtailadmin.access_admin"):
            return None  # the admin itself turns such a person away, with its own sentence
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(self.CLOSED) and not name.endswith("javascript_catalog"):
            return self._refused(request)
        ids = {int(kwargs[key]) for key in self.OF_PAGES if key in kwargs}
        if name == "wagtailadmin_pages:revisions_compare":
            ids.add(int(kwargs["pk"]))
        if name == "wagtailadmin_choose_page_chosen_multiple":
            ids |= {int(one) for one in request.GET.getlist("id") if one.isdecimal()}
        if not ids or not name.startswith(self.PAGE_SPACES):
            return None
        pages = (
            linkable(request.user, Page.objects.all())
            if name.startswith("wagtailadmin_choose_page")
            else explorable(request.user)
        )
        found = set(pages.filter(pk__in=ids).values_list("pk", flat=True))
        return None if ids <= found else self._refused(request)

    def _refused(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = permission_denied(request)
        return answer
