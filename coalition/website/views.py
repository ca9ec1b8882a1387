"""Views of the room `website`: the page of components, and reading without a connection."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, override
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from coalition.website.styleguide import examples
from monitoring.core import clock
from monitoring.vocabulary.models import Region


@never_cache
@require_safe
@login_required
@permission_required("wagtailadmin.access_admin", raise_exception=True)
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for whoever edits the site. One query of its own."""
    language = (get_language() or "kk")[:2]
    regions = [
        {"label": region.label_in(language), "row": region.tile_row, "column": region.tile_col}
        for region in Region.objects.all()
    ]
    context = examples(language, clock.today(), regions) | {
        "page_url": request.build_absolute_uri()
    }
    return render(request, "styleguide/page.html", context)


@cache_control(max_age=0, must_revalidate=True)
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker that keeps visited pages, at the root: it may answer for pages beneath it alone.

    Its source is js/sw.js; a browser asks for it anew at least once a day.
    """
    source = Path(finders.find("js/sw.js") or settings.STATIC_ROOT / "js" / "sw.js")
    return HttpResponse(source.read_bytes(), content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a phone shows when neither the site nor a saved copy can be had. No query.

    One page for the three languages: a phone keeps it before anybody knows which will be asked.
    """
    texts = []
    for code, _ in settings.LANGUAGES:
        with override(code):
            texts.append(
                {
                    "language": code,
                    "title": gettext("No connection"),
                    "text": gettext(
                        "This page is not saved on this device. The pages that are stand below; "
                        "the others open when the connection is back."
                    ),
                }
            )
    with override(settings.LANGUAGE_CODE):
        return render(request, "offline.html", {"texts": texts})
