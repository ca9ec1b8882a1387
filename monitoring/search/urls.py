"""Addresses of the room `search`; inside `i18n_patterns`."""

from __future__ import annotations

from django.urls import path

from monitoring.core.routes import route
from monitoring.search.views import advanced, results

urlpatterns = [
    path(route("search", ""), results, name="search"),
    path(route("search", "advanced/"), advanced, name="search_advanced"),
]
