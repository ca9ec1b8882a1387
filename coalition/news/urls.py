"""Feeds and calendars of the room `news`, under a language; the pages themselves are Wagtail's."""

from __future__ import annotations

from django.urls import path

from coalition.news import feeds
from monitoring.core.routes import route

urlpatterns = [
    path(route("news", "feed.xml"), feeds.news, name="news_feed"),
    path(route("events", "feed.xml"), feeds.events, name="event_feed"),
    path(route("events", "calendar.ics"), feeds.calendar, name="event_calendar"),
    path(route("events", "<int:pk>.ics"), feeds.event, name="event_ics"),
]
