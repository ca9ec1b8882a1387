"""How search is doing, for the operator: the index, what waits, how far the embedding is."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from monitoring.search.models import Build, OutboxRow
from monitoring.search.semantic import job
from monitoring.search.semantic.site import is_installed, is_on


def may_see(request: HttpRequest) -> bool:
    """The secretariat and administrators."""
    return bool(request.user.has_perm("search.view_embedding"))


@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Six queries, however much there is."""
    if not may_see(request):
        raise PermissionDenied
    builds = {
        build.state: build for build in Build.objects.filter(state__in=["current", "building"])
    }
    context = {
        "current": builds.get(Build.State.CURRENT),
        "building": builds.get(Build.State.BUILDING),
        "waiting": OutboxRow.objects.count(),
        "is_on": is_on(),
        "is_installed": is_installed(),
        "progress": job.progress() if is_on() else None,
    }
    return render(request, "search/state.html", context)
