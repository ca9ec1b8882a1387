"""Views of the room `pages`: the front door and pages that do not exist in a language."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_safe
from wagtail.models import Page

from coalition.pages import selectors


@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """`/` leads to the Kazakh home page.

    Not by the browser's language: most phones in Kazakhstan are set to Russian, whoever reads on
    them, so Kazakh would hardly ever be the default; and one answer for all can be cached.
    """
    return redirect("/kk/")


@require_safe
def page_in_language(request: HttpRequest, pk: int) -> HttpResponse:
    """The permanent address of a page in a language, by the id of any of its versions.

    Leads to the page where it exists in the language; says that it does not where not.
    """
    page = Page.objects.filter(pk=pk).first()
    if page is None:
        raise Http404
    language = translation.get_language()[:2]
    version = selectors.versions(page).get(language)
    if version is not None and selectors.is_shown(version):
        return redirect(version.get_url(request))
    return not_in_language(request, version or page, language)


def not_in_language(request: HttpRequest, page: Page, language: str) -> HttpResponse:
    """A page with status 200 that says the page is not there yet and offers the original.

    Raises Http404 if no version is shown to readers at all.
    """
    original = selectors.original_of(page)
    if original is None:
        raise Http404
    context = {
        "page": None,
        "original": original,
        "original_url": original.get_url(request),
        "state": selectors.language_state(page, language),
        "alternates": selectors.alternates(page, request),
        "noindex": True,
    }
    response = render(request, "pages/not_in_language.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
