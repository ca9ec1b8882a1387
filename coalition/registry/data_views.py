"""The directory as files, for whoever counts or maps it."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from coalition.registry import open_data
from coalition.registry.directory import Directory, Filters
from monitoring.core import clock


@require_safe
def organisations_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The organisations of the query as CSV."""
    return _file(open_data.as_csv(_asked(request), request), "csv", "text/csv; charset=utf-8")


@require_safe
def organisations_json(request: HttpRequest) -> StreamingHttpResponse:
    """The organisations of the query as JSON."""
    return _file(open_data.as_json(_asked(request), request), "json", "application/json")


def _asked(request: HttpRequest) -> Directory:
    return Directory(Filters.from_params(request.GET), (get_language() or "kk")[:2])


def _file(content: Iterator[bytes], ending: str, kind: str) -> StreamingHttpResponse:
    name = f"organisations-{clock.today():%Y-%m-%d}.{ending}"
    return StreamingHttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Robots-Tag": "noindex",
        },
    )
