"""Writes of the room `core`."""

from __future__ import annotations

from django.db import transaction

from monitoring.core import clock
from monitoring.core.models import Heartbeat, TokenBucket


def beat(*, name: str) -> None:
    """Note that the named process made progress just now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


def take_token(*, key: str, capacity: int, per_seconds: int) -> bool:
    """Take one token from a bucket that holds `capacity` and refills in `per_seconds`.

    Returns whether there was one. Two requests at once cannot take the same token.
    """
    now = clock.now()
    with transaction.atomic():
        TokenBucket.objects.get_or_create(key=key, defaults={"tokens": capacity, "at": now})
        bucket = TokenBucket.objects.select_for_update().get(key=key)
        refill = (now - bucket.at).total_seconds() * capacity / per_seconds
        tokens = min(float(capacity), bucket.tokens + max(refill, 0.0))
        granted = tokens >= 1
        bucket.tokens = tokens - 1 if granted else tokens
        bucket.at = now
        bucket.save(update_fields=["tokens", "at"])
    return granted


def beat_worker() -> int:
    """The worker's own sweep: it runs, so it hears its bells and writes."""
    beat(name="worker")
    return 1
