"""Views of the room `pages`: the front door and pages that do not exist in a language."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_safe
from wagtail.models import Page

from coalition.pages import selectors, uploads

RENDITIONS = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
"""Kinds of pictures that are served; whatever else lies in the folder is not."""


@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """`/` leads to the Kazakh home page.

    Not by the browser's language: most phones in Kazakhstan are set to Russian, whoever reads on
    them, so Kazakh would hardly ever be the default; and one answer for all can be cached.
    """
    return redirect("/kk/")


@require_safe
def rendition(request: HttpRequest, name: str) -> FileResponse:
    """A picture as pages show it. Originals and documents have no address under /media/.

    A changed picture gets another name, so browsers may keep it for a year. A server in front may
    serve the folder `var/media/images/` by itself. Raises Http404.
    """
    kind = RENDITIONS.get(uploads.extension_of(name))
    if kind is None or not default_storage.exists(f"images/{name}"):
        raise Http404
    response = FileResponse(default_storage.open(f"images/{name}"), content_type=kind)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


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
