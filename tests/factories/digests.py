"""Readers, subscriptions and changes for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from monitoring.core import clock
from monitoring.decisions.models import Decision, DecisionKind
from monitoring.decisions.services import create_decision
from monitoring.digests.models import Frequency, Subscriber, Subscription
from monitoring.digests.queries import EVERYTHING
from monitoring.digests.services import ask_subscription, confirm_subscriptions
from monitoring.institutions.models import Body, BodyKind
from monitoring.search.query import Query
from monitoring.vocabulary.models import Topic


def names(words: str) -> dict[str, str]:
    return {f"name_{code}": f"{words} {code}" for code in ("kk", "ru", "en")}


def topic(slug: str = "budget") -> Topic:
    return Topic.objects.get_or_create(
        slug=slug, defaults={"name": f"{slug} topic", **names(f"{slug} topic")}
    )[0]


def body(key: str = "senate") -> Body:
    kind = BodyKind.objects.get_or_create(key="chamber", defaults=names("chamber"))[0]
    return Body.objects.get_or_create(key=key, defaults={"kind": kind, **names(f"{key} body")})[0]


def decision(title: str = "Ауыл бюджеті туралы заң", **facts: Any) -> Decision:
    """A public decision with Kazakh and Russian texts; its publication is one announced change."""
    kind = DecisionKind.objects.get_or_create(key="law", defaults=names("Law"))[0]
    facts.setdefault("date", dt.date(2026, 11, 2))
    facts.setdefault("links", ["https://adilet.zan.kz/kaz/docs/Z2600000001"])
    editions = facts.pop(
        "editions",
        {
            "kk": {"title": title, "official_title": title, "summary": ""},
            "ru": {"title": f"{title} (орысша)", "official_title": title, "summary": ""},
        },
    )
    return create_decision(kind=kind, editions=editions, public=True, **facts)


def subscriber(
    address: str = "reader@example.org",
    *queries: Query,
    language: str = "kk",
    frequency: str = Frequency.DAILY,
    note: str = "",
) -> Subscriber:
    """A reader who asked for these queries (else everything) and confirmed."""
    for query in queries or (EVERYTHING,):
        ask_subscription(
            address=address, query=query, frequency=frequency, language=language, note=note
        )
    found = Subscriber.objects.order_by("-pk").get(address=address)
    confirm_subscriptions(subscriber=found)
    found.refresh_from_db()
    return found


def subscription(reader: Subscriber) -> Subscription:
    return reader.subscriptions.get()


def about_topic(slug: str) -> Query:
    return Query(filters=(("topic", (slug,)),))


def at(text: str) -> dt.datetime:
    """«2026-11-23 08:00» of Almaty."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.ALMATY)
