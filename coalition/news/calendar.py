"""Events as calendars read them (RFC 5545). Pure: pages in, bytes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import icalendar

from coalition.news.models import EventPage
from monitoring.core.clock import ALMATY
from monitoring.core.feeds import site_host


def uid(event: EventPage) -> str:
    """The same in all languages and for ever: a reader of two calendars has one event."""
    return f"{event.translation_key}@{site_host()}"


def calendar(name: str, events: Iterable[EventPage]) -> bytes:
    """A calendar of events. One that was called off stays in it and says so."""
    made = icalendar.Calendar()
    made.add("prodid", f"-//{site_host()}//events//")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", "Asia/Almaty")
    # How often programs should ask again (RFC 7986, 5.7).
    made.add("refresh-interval", dt.timedelta(hours=6), parameters={"value": "DURATION"})
    for event in events:
        made.add_component(_event(event))
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _event(event: EventPage) -> icalendar.Event:
    one = icalendar.Event()
    changed = event.last_published_at or event.start
    one.add("uid", uid(event))
    one.add("dtstamp", changed.astimezone(dt.UTC))
    one.add("last-modified", changed.astimezone(dt.UTC))
    one.add("sequence", event.sequence)
    one.add("dtstart", event.start.astimezone(ALMATY))
    if event.end:
        one.add("dtend", event.end.astimezone(ALMATY))
    one.add("summary", event.title)
    one.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    address = event.full_url or ""
    words: list[Any] = [event.lead, event.online, address]
    one.add("description", "\n".join(word for word in words if word))
    if event.place or event.online:
        one.add("location", event.place or event.online)
    if address:
        one.add("url", address)
    return one
