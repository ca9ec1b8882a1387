"""The public page of sources, and an analyst's page of one source.

Fetch now: `POST /admin/sources/<id>/fetch/`, no fields.
"""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required
from wagtail.models import ModelLogEntry

from monitoring.evidence.models import Snapshot, Source
from monitoring.evidence.selectors import chain_head, sources_health
from monitoring.evidence.services import ask_now

SHOWN = 30


@require_safe
@cache_control(no_cache=True)  # made anew each time, so that a look at a source purges no page
def sources(request: HttpRequest) -> HttpResponse:
    """How every source does, in words, for everybody. Two queries."""
    found = sources_health(get_language() or "kk")
    context = {"sources": found, "chain_head": chain_head()}
    return render(request, "evidence/sources.html", context)


@require_safe
@permission_required("evidence.view_source")
def source_state(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: how it does, its last fetches in words, its saved copies, who asked by hand."""
    source = get_object_or_404(Source, pk=pk)
    health = next(one for one in sources_health(get_language() or "ru") if one.id == source.pk)
    asked = ModelLogEntry.objects.for_instance(source).filter(action="evidence.ask_now")
    context = {
        "source": source,
        "health": health,
        "fetches": source.fetches.select_related("snapshot")[:SHOWN],
        "asked": asked.select_related("user").order_by("-timestamp")[:SHOWN],
        "may_ask": request.user.has_perm("evidence.change_source"),
    }
    return render(request, "evidence/source_state.html", context)


@require_POST
@permission_required("evidence.change_source")
def fetch_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a source due at once; who asked and when is kept."""
    source = get_object_or_404(Source, pk=pk)
    if ask_now(source=source, by=request.user):
        messages.success(request, _("The source will be asked within a minute."))
    else:
        messages.error(request, _("The source is paused; it is not asked."))
    return redirect("source_state", pk=source.pk)


@require_safe
@permission_required("evidence.view_source")
def saved_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of a saved copy, as a file that no browser opens as a page."""
    snapshot = get_object_or_404(Snapshot.objects.select_related("blob"), pk=pk)
    answer = HttpResponse(snapshot.blob.raw, content_type="application/octet-stream")
    name = f"source-{snapshot.source_id}-{snapshot.position}.bin"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox"
    answer["X-Evidence"] = json.dumps({"sha256": snapshot.sha256, "link": snapshot.link})
    return answer
