"""What people search for, counted so that nobody can be known by it.

A query is counted from the third network that asks it on one day; until then only a keyed hash of
it stands in the cache. What looks like a person's data is never counted. Counts wait in the process
and are written once a minute: no search writes to the database by itself, and what waits when a
process ends is lost.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
import time
from dataclasses import dataclass

from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.db.models import Case, F, Sum, Value, When
from django.http import HttpRequest

from monitoring.core import clock
from monitoring.core.clients import bucket_key, client_network
from monitoring.search.analysis import clean, fold
from monitoring.search.models import AskedQuery

logger = logging.getLogger(__name__)

NETWORKS = 3
"""Networks that must have asked a query on a day before it is counted, and then it is from one."""
KEPT_DAYS = 180
LONGEST = 80
"""Letters of a query that is counted; a longer one is a text of somebody's."""
FLUSH = 60.0
MOST_WAITING = 2_000
AT_ONCE = 200
_DAY = 86_400

_CODE = re.compile(r"\b[^\W\d_]\d{9,10}(?![^\W_])")
"""The code of an act in a collection: Z2100000060."""
_PERSONAL = re.compile(r"@|//|\bwww\.|\d(?:[\s().+-]*\d){8,}|\bkz\d{2}[\s\d\w]{10,}", re.IGNORECASE)
"""An address of mail or of the web, nine digits and more (a phone, an IIN, a card), an account."""


@dataclass
class _Count:
    text: str
    asked: int = 0
    found_none: int = 0


_waiting: dict[tuple[dt.date, str], _Count] = {}
_lock = threading.Lock()
_flushed = time.monotonic()


def normalised(text: str) -> str:
    """A query as it is counted: lower case, one space between words. "" for one that is not."""
    text = " ".join(clean(text[: 4 * LONGEST]).lower().split())
    if len(text) < 2 or len(text) > LONGEST or _PERSONAL.search(_CODE.sub("", text)):
        return ""
    return text


def note(request: HttpRequest, text: str, *, found: int) -> None:
    """Count a query that was answered. Reads and writes the cache; never raises."""
    text = normalised(text)
    if not text:
        return
    today = clock.today()
    key = fold(text)[:120]
    if not _asked_by_several(request, today, key):
        return
    with _lock:
        if len(_waiting) < MOST_WAITING or (today, key) in _waiting:
            count = _waiting.setdefault((today, key), _Count(text[:120]))
            count.asked += 1
            count.found_none += not found
    if time.monotonic() - _flushed > FLUSH:
        flush()


def _asked_by_several(request: HttpRequest, today: dt.date, key: str) -> bool:
    """Whether NETWORKS have asked this today; two at once may be taken for one."""
    name = bucket_key("asked", today.isoformat(), key)
    try:
        seen = set(cache.get(name) or ())
        if len(seen) < NETWORKS:
            mark = bucket_key("asker", today.isoformat(), key, client_network(request))[-8:]
            if mark not in seen:
                seen.add(mark)
                cache.set(name, sorted(seen), _DAY)
    except Exception as error:
        logger.info("queries are not counted, the cache does not answer: %s", error)
        return False
    return len(seen) >= NETWORKS


def flush() -> int:
    """Write what waits, in one transaction; the number of queries written."""
    global _flushed  # noqa: PLW0603 - one for the process
    with _lock:
        taken = dict(_waiting)
        _waiting.clear()
        _flushed = time.monotonic()
    try:
        with transaction.atomic():
            for day in {day for day, _key in taken}:
                counts = {key: count for (on, key), count in taken.items() if on == day}
                for first in range(0, len(counts), AT_ONCE):
                    _add(day, dict(list(counts.items())[first : first + AT_ONCE]))
    except DatabaseError as error:
        logger.warning("the counts of %d queries are lost: %s", len(taken), error)
        return 0
    return len(taken)


def _add(day: dt.date, counts: dict[str, _Count]) -> None:
    """Two statements, since a reader's search waits for them."""
    rows = [AskedQuery(day=day, key=key, text=count.text) for key, count in counts.items()]
    AskedQuery.objects.bulk_create(rows, ignore_conflicts=True)

    def more(name: str) -> Case:
        return Case(
            *(When(key=key, then=Value(getattr(count, name))) for key, count in counts.items()),
            default=0,
        )

    AskedQuery.objects.filter(day=day, key__in=list(counts)).update(
        asked=F("asked") + more("asked"), found_none=F("found_none") + more("found_none")
    )


def forget_old() -> int:
    """Remove the counts of days longer ago than KEPT_DAYS."""
    limit = clock.today() - dt.timedelta(days=KEPT_DAYS)
    removed, _by_model = AskedQuery.objects.filter(day__lt=limit).delete()
    return int(removed)


@dataclass(frozen=True)
class Asked:
    """A query over a span of days."""

    text: str
    asked: int
    found_none: int


def popular(days: int = 30, most: int = 50, *, failed: bool = False) -> list[Asked]:
    """The queries asked most, or those that found nothing most, over the last days. Two queries."""
    since = clock.today() - dt.timedelta(days=days)
    order = "total_none" if failed else "total"
    rows = (
        AskedQuery.objects.filter(day__gt=since)
        .values("key")
        .annotate(total=Sum("asked"), total_none=Sum("found_none"))
        .filter(**{f"{order}__gt": 0})
        .order_by(f"-{order}", "key")[:most]
    )
    found = list(rows)
    texts = dict(
        AskedQuery.objects.filter(key__in=[row["key"] for row in found], day__gt=since)
        .order_by("day")
        .values_list("key", "text")
    )
    return [Asked(texts[row["key"]], row["total"], row["total_none"]) for row in found]
