"""Atom of the library, one feed a language."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from coalition.library.models import LibraryIndexPage
from coalition.library.selectors import entries
from coalition.pages.feeds import entry, list_address
from monitoring.core.feeds import LENGTH, atom


@require_safe
def library(request: HttpRequest) -> HttpResponseBase:
    """Entries that exist in the language, newest first: one query."""
    pages = entries((get_language() or "kk")[:2]).select_related("locale")[:LENGTH]
    return atom(
        request,
        key="library",
        title=gettext("Library"),
        address=list_address(LibraryIndexPage),
        entries=[entry(page, page.lead) for page in pages],
    )
