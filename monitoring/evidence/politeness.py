"""Manners of a guest: one request a second and host, across processes, and robots.txt.

Both stand in rows of `Host`: a row named by the host alone says when it may be asked again; a row
named by an origin (`https://host:443`) keeps that origin's robots.txt.
"""

from __future__ import annotations

import datetime as dt
import time

from protego import Protego

from monitoring.core import clock
from monitoring.evidence.models import Host
from monitoring.evidence.reasons import FetchError

AGENT = "PublicRecordMonitor"
"""The name that robots.txt knows us by."""
ROBOTS_FRESH = dt.timedelta(hours=24)
LONGEST_PAUSE = 20.0
"""Seconds: a longer Crawl-delay would not fit into one fetch."""


def wait_turn(host: str, *, pause: float, deadline: float) -> None:
    """Wait until the host may be asked, and take the turn.

    Of two processes that wait, one conditional UPDATE lets one through. `deadline` is a reading of
    `time.monotonic()`. Raises FetchError `busy` when the turn would come after it.
    """
    Host.objects.get_or_create(key=host)
    while True:
        now = clock.now()
        after = now + dt.timedelta(seconds=pause)
        if Host.objects.filter(key=host, next_at__lte=now).update(next_at=after):
            return
        wait = (Host.objects.get(key=host).next_at - now).total_seconds()
        if time.monotonic() + wait > deadline:
            raise FetchError("busy")
        time.sleep(max(wait, 0.01))


def kept_robots(origin: str) -> str | None:
    """The robots.txt of an origin, if it was read within a day."""
    host = Host.objects.filter(key=origin, robots_at__gt=clock.now() - ROBOTS_FRESH).first()
    return host.robots if host else None


def keep_robots(origin: str, text: str) -> None:
    """Keep what an origin's robots.txt says; the empty text allows all."""
    text = text.replace("\x00", "")  # PostgreSQL takes none
    Host.objects.update_or_create(key=origin, defaults={"robots": text, "robots_at": clock.now()})


def allowed(robots: str, url: str) -> bool:
    """Whether a robots.txt lets us ask for an address; one that cannot be read lets all."""
    try:
        return bool(Protego.parse(robots).can_fetch(url, AGENT))
    except Exception:  # a third party's parser of a stranger's text
        return True


def pause_of(robots: str, least: float) -> float:
    """Seconds between two requests: what Crawl-delay asks, at least ours, at most LONGEST_PAUSE."""
    try:
        asked = Protego.parse(robots).crawl_delay(AGENT)
    except Exception:  # as above
        asked = None
    return min(max(float(asked or 0), least), LONGEST_PAUSE)
