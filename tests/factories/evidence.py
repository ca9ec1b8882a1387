"""Rows of the rooms `evidence` and `intake` for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from monitoring.core import clock
from monitoring.evidence import http
from monitoring.evidence.entries import Entry
from monitoring.evidence.models import Fetch, Source
from monitoring.evidence.services import store_answer
from monitoring.intake.models import Candidate
from monitoring.intake.services import take_in_entries


def source(url: str = "https://example.kz/feed", **fields: Any) -> Source:
    """A source that is due."""
    values = {"name": f"Source {Source.objects.count() + 1}", **fields}
    return Source.objects.create(url=url, **values)


def stored(of: Source, body: bytes = b"<rss/>") -> Fetch:
    """An answer of a source, stored and not read."""
    answer = http.Answer(of.url, 200, body, {"content-type": "text/xml"})
    return store_answer(source=of, answer=answer, started=clock.now())


def candidate(of: Source | None = None, **fields: Any) -> Candidate:
    """An entry that came in from a source; `days` is how old it was."""
    fetch = stored(of or source(), str(fields).encode())
    fetch.taken_in = True
    fetch.save()
    published = clock.now() - dt.timedelta(days=fields.pop("days", 0))
    values = {
        "key": f"urn:{Candidate.objects.count()}",
        "title": "Решение маслихата № 57 о бюджете сельских округов",
        "link": f"https://example.kz/{Candidate.objects.count()}",
        "summary": "Утвердить бюджет.",
        "published": published.isoformat(),
        "language": "ru",
        **fields,
    }
    take_in_entries(fetch, [Entry(**values)])
    return Candidate.objects.latest("pk")
