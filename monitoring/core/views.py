"""The two health pages, for probes and operators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.core import health


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers. Asks nothing of anybody."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: every part by name, with status 503 when one is not."""
    reports = health.reports()
    ok = all(report.ok for report in reports)
    parts = {report.name: {"ok": report.ok, "detail": report.detail} for report in reports}
    return JsonResponse({"ok": ok, "parts": parts}, status=200 if ok else 503)
