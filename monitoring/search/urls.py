"""Addresses of the room `search`; inside `i18n_patterns`."""

from __future__ import annotations

from django.urls import path

from monitoring.core.routes import route
from monitoring.search import files
from monitoring.search.views import advanced, results, suggest

urlpatterns = [
    path(route("search", ""), results, name="search"),
    path(route("search", "suggest/"), suggest, name="search_suggest"),
    path(route("search", "results.xml"), files.results_atom, name="search_atom"),
    path(route("search", "results.csv"), files.results_csv, name="search_csv"),
    path(route("search", "results.json"), files.results_json, name="search_json"),
    path(route("search", "advanced/"), advanced, name="search_advanced"),
]
