"""Public addresses of the room; the composition mounts them under each language."""

from __future__ import annotations

from django.urls import path

from monitoring.core.routes import route
from monitoring.evidence import views

urlpatterns = [path(route("sources", ""), views.sources, name="sources")]
