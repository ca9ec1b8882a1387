"""Writes of the room `core`."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction

from monitoring.core import clock, generation
from monitoring.core.models import Heartbeat, TokenBucket


def beat(*, name: str) -> None:
    """Note that the named process made progress just now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


def take_token(*, key: str, capacity: int, per_seconds: int) -> bool:
    """Take one token from a bucket that holds `capacity` and refills in `per_seconds`.

    Returns whether there was one. Two requests at once cannot take the same token.
    """
    return bool(take_tokens(key=key, wanted=1, capacity=capacity, per_seconds=per_seconds))


def take_tokens(*, key: str, wanted: int, capacity: int, per_seconds: int) -> int:
    """Take up to `wanted` tokens from such a bucket; returns how many there were."""
    now = clock.now()
    with transaction.atomic():
        TokenBucket.objects.get_or_create(key=key, defaults={"tokens": capacity, "at": now})
        bucket = TokenBucket.objects.select_for_update().get(key=key)
        refill = (now - bucket.at).total_seconds() * capacity / per_seconds
        tokens = min(float(capacity), bucket.tokens + max(refill, 0.0))
        granted = min(wanted, int(tokens))
        bucket.tokens = tokens - granted
        bucket.at = now
        bucket.save(update_fields=["tokens", "at"])
    return granted


def beat_worker() -> int:
    """The worker's own sweep: it runs, so it hears its bells and writes."""
    beat(name="worker")
    return 1


def prune_leftovers() -> int:
    """Remove what only piles up: read messages of the file broker, idle buckets, generations."""
    removed = 0
    folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("processed_folder")
    if folder:
        for message in Path(folder).iterdir():
            with contextlib.suppress(FileNotFoundError):  # another sweep was here
                if time.time() - message.stat().st_mtime > 600:
                    message.unlink()
                    removed += 1
    idle = clock.now() - dt.timedelta(days=1)
    removed += TokenBucket.objects.filter(at__lt=idle).delete()[0]
    return removed + generation.prune()
