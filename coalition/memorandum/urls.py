"""Public addresses of the memorandum beside its page: versions, comparisons, papers."""

from __future__ import annotations

from django.urls import path

from coalition.memorandum import views
from monitoring.core.routes import route

urlpatterns = [
    path(route("memorandum", "v<int:number>/"), views.version, name="memorandum_version"),
    path(route("memorandum", "v<int:number>.pdf"), views.paper, name="memorandum_pdf"),
    path(route("memorandum", "compare/"), views.compare, name="memorandum_compare"),
]
