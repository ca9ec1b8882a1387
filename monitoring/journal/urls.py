"""Public addresses of the journal; the composition mounts them under each language."""

from __future__ import annotations

from django.urls import path

from monitoring.core.routes import route
from monitoring.journal import views

urlpatterns = [
    path(route("report-error", ""), views.report_error, name="report_error"),
    path(route("corrections", ""), views.corrections, name="corrections"),
    path(route("corrections", "feed.xml"), views.corrections_feed, name="corrections_feed"),
]
