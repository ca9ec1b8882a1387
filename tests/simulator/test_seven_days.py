"""Seven days with fifteen sites that misbehave, against what a perfect reader would know.

Quick: a look every six hours, answers read in this process. `FAULTS=full`: a look every hour,
each answer read in a child process as in production (about ten minutes).
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from monitoring.core import clock
from monitoring.decisions.models import Decision, DecisionKind
from monitoring.evidence import addresses, http, services
from monitoring.evidence.alerts import tell_turns
from monitoring.evidence.chain import verify
from monitoring.evidence.entries import Reading
from monitoring.evidence.models import Fetch, Source
from monitoring.evidence.selectors import sources_health
from monitoring.intake.connectors.feed import parse
from monitoring.intake.models import Candidate, Revision
from monitoring.intake.sameness import normal
from monitoring.intake.services import accept_candidate
from monitoring.journal.models import Change
from tests.evidence.server import Site, answer
from tests.factories.evidence import source
from tests.simulator.world import (
    EDITED,
    EDITED_AT,
    HOURS,
    Character,
    characters,
    with_expired_certificate,
)

pytestmark = [pytest.mark.django_db, pytest.mark.faults]
FULL = os.environ.get("FAULTS") == "full"
STEP = 1 if FULL else 6
ACCEPTED_AT = 66


@pytest.fixture
def trap() -> Iterator[tuple[int, list[object]]]:
    """A port on 127.0.0.1 to which nobody may connect, and who did."""
    came: list[object] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def wait() -> None:
        while True:
            try:
                came.append(listener.accept()[1])
            except OSError:
                return

    threading.Thread(target=wait, daemon=True).start()
    yield listener.getsockname()[1], came
    listener.close()


def read_here(
    parser: str, raw: bytes, url: str, settings: Mapping[str, Any] | None = None
) -> Reading:
    """The parser without its child: what the child does to bombs is tested elsewhere."""
    return parse(raw, url, settings)


def test_seven_days_of_bad_sites_leave_what_a_perfect_reader_would_know(
    monkeypatch: pytest.MonkeyPatch, trap: tuple[int, list[object]]
) -> None:
    port, came = trap
    # Not in the past: what the models note by themselves has the real time.
    start = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    hour = 0
    monkeypatch.setattr(clock, "now", lambda: start + dt.timedelta(hours=hour))
    monkeypatch.setattr(http, "LIMITS", http.Limits(seconds=5, pause=0))
    if not FULL:
        monkeypatch.setattr(services, "read_apart", read_here)
    sites: dict[str, tuple[Character, Site, Source]] = {}
    for one in characters(start):
        site = Site()
        address = site.url().replace("http:", "https:") if one.name == "expired" else site.url()
        if one.name == "expired":
            with_expired_certificate(site)
        sites[one.name] = one, site, source(address, name=one.name, next_due=start)
    # Only these sites may be asked: 127.0.0.1 stays forbidden, as in production.
    hosts = {site.host for _, site, _ in sites.values()}
    real = addresses.is_public
    monkeypatch.setattr(addresses, "is_public", lambda ip, **_: ip in hosts or real(ip))
    inward = answer(b"", 302, Location=f"http://127.0.0.1:{port}/feed")
    kind = DecisionKind.objects.create(key="sim", name_kk="Акт", name_ru="Акт", name_en="Act")

    for hour in range(0, HOURS + 1, STEP):
        for one, site, _ in sites.values():
            turned = one.name == "inward" and hour >= one.readable_until
            site.routes["/feed"] = inward if turned else one.answer(hour)
        services.fetch_due()
        tell_turns()
        if hour == ACCEPTED_AT:
            edited = Candidate.objects.filter(source=sites["edited"][2]).order_by("pk")
            for entry in edited[:4]:
                accept_candidate(candidate=entry, by=None, kind=kind, titles={"kk": entry.title})
    for _, site, _ in sites.values():
        site.close()

    health = {one.name: one for one in sources_health("kk")}
    for name, (one, _, row) in sites.items():
        row.refresh_from_db()
        known = sorted(normal(title) for title in _first_titles(row))
        assert known == sorted(normal(title) for title in one.oracle(STEP)), name
        assert (name, health[name].state) == (name, one.state)
        assert (name, row.trouble) == (name, one.trouble)
        assert row.told_state in ({one.state} if one.state != "fresh" else {"", "fresh"}), name
        assert row.turns <= 2, name
        assert health[name].sentence
    assert came == [], "nobody was led to 127.0.0.1"
    assert list(verify()) == []
    # One item really changed; all the rest only changed its clothes.
    assert Revision.objects.count() == 1
    assert Decision.objects.count() == 4
    changes = list(Change.objects.order_by("pk").values_list("kind", flat=True))
    assert sorted(changes) == ["published"] * 4 + ["updated"]
    last = Change.objects.latest("pk")
    assert last.at == start + dt.timedelta(hours=-(-EDITED_AT // STEP) * STEP)
    before, after = (
        next(iter(side["editions"].values()))["short_title"] for side in (last.before, last.after)
    )
    assert f"№ {EDITED}-" in before
    assert "күші жойылды" in after.lower()
    _left_alone(sites["later"][2])


def _first_titles(row: Source) -> list[str]:
    """Titles of the entries as they first came in."""
    titles = []
    for one in Candidate.objects.filter(source=row).prefetch_related("revisions"):
        first = min(one.revisions.all(), key=lambda r: r.pk, default=None)
        titles.append(first.before.get("title", one.title) if first else one.title)
    return titles


def _left_alone(row: Source) -> None:
    """After 429 with Retry-After the site had its six hours of peace."""
    refused = Fetch.objects.get(source=row, reason="retry_later")
    following = Fetch.objects.filter(source=row, pk__gt=refused.pk).earliest("pk")
    assert following.started_at - refused.finished_at >= dt.timedelta(hours=6)
