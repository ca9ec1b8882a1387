"""Addresses of the registry beside its pages: own forms, the directory as data."""

from __future__ import annotations

from django.urls import path

from coalition.registry import data_views, views
from monitoring.core.routes import route

urlpatterns = [
    path(route("tasks", ""), views.tasks, name="tasks"),
    path(
        route("members", "organisations.csv"),
        data_views.organisations_csv,
        name="organisations_csv",
    ),
    path(
        route("members", "organisations.json"),
        data_views.organisations_json,
        name="organisations_json",
    ),
]
