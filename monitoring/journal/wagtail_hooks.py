"""The room's views in the admin."""

from __future__ import annotations

from wagtail import hooks

from monitoring.journal.viewsets import ErrorReportViewSet


@hooks.register("register_admin_viewset")
def error_reports() -> ErrorReportViewSet:
    """Reported errors, beside the record they speak of."""
    return ErrorReportViewSet()
