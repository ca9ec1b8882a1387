"""What the fetches of a source tell of it: is this answer worse than the last, what is its rhythm,
what should be looked at again. Reads only."""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise
from typing import Any

from django.db.models import Max, Min

from monitoring.evidence import reasons
from monitoring.evidence.entries import Ask, Reading
from monitoring.evidence.models import Fetch, Source

BREAKER = 5  # failures in a row after which a source is asked once a day only
FEW = 6  # entries: of fewer, any number may go on a quiet day
WHOLE_EACH = dt.timedelta(days=1)  # a 304 is believed for a day: not every site's ETag is true
LEARNED_FROM = dt.timedelta(days=90)
FEWEST_GAPS = 5  # between new entries, before a source counts as having a rhythm
RECHECKED_FOR = dt.timedelta(days=14)  # after a page of a document was first read
RECHECK_EACH = dt.timedelta(days=1)
RECHECKED_AT_ONCE = 5  # pages a round: a guest's share


def judge(fetch: Fetch, reading: Reading) -> tuple[str, dict[str, Any]]:
    """The reason a fetch ends with, and its detail: as good as before, or `half`, `shrunk`.

    A third of the entries, or fewer, is a fault of the site; the entries are taken in either way.
    A site that keeps to its shorter list is believed in the end: it has then been asked BREAKER
    times, over about two days.
    """
    if reading.worse:
        return reading.worse, {}
    if fetch.step > 1:
        return reasons.NEW, {}
    earlier = Fetch.objects.filter(source=fetch.source_id, pk__lt=fetch.pk, step=1, taken_in=True)
    good = earlier.filter(reason=reasons.NEW).order_by("-pk")
    usual = good.values_list("entries", flat=True).first() or 0
    few = len(reading.entries)
    if usual < FEW or few * 3 > usual:
        return reasons.NEW, {}
    last = list(earlier.order_by("-pk").values_list("reason", flat=True)[: BREAKER - 1])
    if last == ["shrunk"] * (BREAKER - 1):
        return reasons.NEW, {}
    return "shrunk", {"few": few, "usual": usual}


def read_whole_lately(source: Source, now: dt.datetime) -> bool:
    """Whether all its bytes came and were read within a day; else they are asked for without
    conditions, since an item edited in silence hides behind an ETag that did not change."""
    lately = Fetch.objects.filter(source=source, step=1, started_at__gt=now - WHOLE_EACH)
    return lately.filter(status=200, reason__in=reasons.GOOD).exists()


def rhythm_of(source: Source, now: dt.datetime) -> int | None:
    """Hours within which something new usually comes: nine of ten gaps of the last 90 days are no
    longer. None while fewer than FEWEST_GAPS are known; what the first fetch brings is no news."""
    came = Fetch.objects.filter(source=source, new_entries__gt=0, started_at__gt=now - LEARNED_FROM)
    moments = list(came.order_by("pk").values_list("finished_at", flat=True))[1:]
    gaps = sorted((b - a).total_seconds() for a, b in pairwise(moments))
    if len(gaps) < FEWEST_GAPS:
        return None
    return math.ceil(gaps[math.ceil(len(gaps) * 0.9) - 1] / 3600)


def recheck(source: Source, now: dt.datetime) -> list[Ask]:
    """Pages of documents to look at again, in case they were edited in silence: those first read
    within fourteen days and not today, the longest unread first, a few a round."""
    # What was posted stands behind a # and is not an address.
    further = Fetch.objects.filter(source=source, step__gt=1).exclude(url__contains="#")
    pages = (
        further.values("url")
        .annotate(first=Min("started_at"), last=Max("started_at"))
        .filter(first__gt=now - RECHECKED_FOR, last__lt=now - RECHECK_EACH)
        .order_by("last")
    )
    return [Ask(row["url"]) for row in pages[:RECHECKED_AT_ONCE]]
