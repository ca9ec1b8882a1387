"""The feed of the room `library`, under a language; the pages themselves are Wagtail's."""

from __future__ import annotations

from django.urls import path

from coalition.library import feeds
from monitoring.core.routes import route

urlpatterns = [path(route("library", "feed.xml"), feeds.library, name="library_feed")]
