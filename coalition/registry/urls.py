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
    path(route("our-organisation", ""), views.our_organisation, name="our_organisation"),
    path(
        route("our-organisation", "<int:pk>/"),
        views.our_organisation,
        name="our_organisation_of",
    ),
    # The token stands after `/t/`, where the log's formatter masks it.
    path(route("our-organisation", "t/<str:token>/"), views.data_check, name="data_check"),
]
