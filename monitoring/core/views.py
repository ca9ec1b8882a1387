"""The two health pages, for probes and operators, and who hears of a hole (RFC 9116)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.core import clock, health


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


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116: where to report a hole. 404 as long as no contact is announced.

    It names a day of expiry, as the RFC asks, which moves on as long as the site runs.
    """
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (clock.now() + dt.timedelta(days=180)).replace(microsecond=0)
    address = request.build_absolute_uri(request.path)
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: kk, ru, en",
        f"Canonical: {address}",
    )
    answer = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
