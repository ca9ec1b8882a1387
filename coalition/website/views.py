"""Views of the room `website`: components, cards, crawlers' lists, offline, what is not there."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.staticfiles import finders
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, override
from django.views import defaults
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from coalition.pages.models import Gone
from coalition.website import cards
from coalition.website.addresses import right_address
from coalition.website.sitemaps import robots_txt
from coalition.website.styleguide import examples
from monitoring.core import clock
from monitoring.core.clients import bucket_key, client_network
from monitoring.core.models import LANGUAGES
from monitoring.core.services import take_token
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


@require_safe
def card(request: HttpRequest, kind: str, pk: int, language: str, mark: str) -> HttpResponse:
    """The picture of a public thing. An older fingerprint leads to the picture as it is now.

    Drawing is limited by client and for all together; past that the picture of the site itself
    stands in for what was not drawn before, for a minute.
    """
    if language not in LANGUAGES:
        raise Http404
    found = cards.card_of(kind, pk, language)
    if found is None:
        raise Http404
    address = cards.address_of(found)
    if request.path != address:
        return redirect(address)
    png = cards.kept(found)
    if png is None:
        own = bucket_key("cards", client_network(request))
        # The client's own first: what one asks for in vain takes nothing from the others.
        is_granted = take_token(
            key=own, capacity=cards.A_MINUTE["client"], per_seconds=60
        ) and take_token(key="cards", capacity=cards.A_MINUTE["all"], per_seconds=60)
        png = cards.draw(found) if is_granted else None
    answer = HttpResponse(png or cards.stock(language), content_type="image/png")
    answer["Cache-Control"] = f"public, max-age={'31536000, immutable' if png else '60'}"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read, and where the list of pages stands."""
    return HttpResponse(robots_txt(), content_type="text/plain; charset=utf-8")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Instead of a bare 404: the right address, or that the page was removed, and a search.

    An address that is right in another language leads on; a removed page answers 410.
    """
    try:
        if request.method in {"GET", "HEAD"} and (right := right_address(request.path)):
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{right}?{query}" if query else right)
        gone = Gone.objects.filter(path=request.path).first()
    except DatabaseError:  # the page that says "not there" must not fail itself
        gone = None
    if gone is not None:
        return render(request, "410.html", {"gone": gone}, status=410)
    return defaults.page_not_found(request, exception)
