"""Views of the room `website`: the page of components."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
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
