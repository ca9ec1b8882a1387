"""Addresses of the forms of an organisation's own people, under a language."""

from __future__ import annotations

from django.urls import path

from coalition.registry import views
from monitoring.core.routes import route

urlpatterns = [path(route("tasks", ""), views.tasks, name="tasks")]
