"""Reads of the room `intake`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet

from monitoring.core.models import LANGUAGES
from monitoring.decisions.models import Decision
from monitoring.intake.models import Candidate
from monitoring.search.query import Query
from monitoring.search.selectors import search

MOST_FOUND = 10


@dataclass(frozen=True)
class Queue:
    """What of the queue is asked for; what nobody could mean is left out."""

    state: str = Candidate.State.NEW
    source: int | None = None
    language: str = ""
    points: int = 0
    order: str = "newest"
    page: str = ""

    @classmethod
    def asked(cls, said: Mapping[str, Any]) -> Queue:
        """As an address or a form says it."""
        state, source = said.get("state", ""), said.get("source", "")
        points, order = said.get("points", ""), said.get("order", "")
        language = said.get("language", "")
        return cls(
            state=state if state in {*Candidate.State.values, "all"} else Candidate.State.NEW,
            source=int(source) if source.isdecimal() and len(source) < 10 else None,
            language=language if language in {*LANGUAGES, "none"} else "",
            points=min(int(points), 100) if points.isdecimal() and len(points) < 4 else 0,
            order=order if order == "score" else "newest",
            page=said.get("p", "")[:9],
        )

    def query(self, page: int | None = None) -> str:
        """The address's query for these, of another page if one is named."""
        said = {
            "state": self.state, "source": self.source or "", "language": self.language,
            "points": self.points or "", "order": self.order, "p": page or self.page,
        }  # fmt: skip
        return urlencode({name: value for name, value in said.items() if value})


def queue(asked: Queue) -> QuerySet[Candidate]:
    """Candidates that are asked for, with what a row shows; those without points come last."""
    rows = Candidate.objects.select_related("source", "decided_by")
    if asked.state != "all":
        rows = rows.filter(state=asked.state)
    if asked.source:
        rows = rows.filter(source_id=asked.source)
    if asked.language:
        rows = rows.filter(language="" if asked.language == "none" else asked.language)
    if asked.points:
        rows = rows.filter(score__gte=asked.points)
    if asked.order == "score":
        return rows.order_by(F("score").desc(nulls_last=True), "-pk")
    return rows.order_by("-pk")


def known_decisions(text: str, language: str) -> list[Decision]:
    """Decisions an entry may belong to: those of that id or number, then those search finds."""
    text = text.strip()[:200]
    if not text:
        return []
    named = Q(adoption_number=text) | Q(register_number=text)
    if text.isdecimal() and len(text) < 10:
        named |= Q(pk=int(text))
    ids = list(Decision.objects.filter(named).values_list("pk", flat=True)[:MOST_FOUND])
    query = Query(text=text, filters=(("kind", ("decision",)),))
    ids += [hit.id for hit in search(query, language, size=MOST_FOUND).hits]
    found = Decision.objects.select_related("kind").prefetch_related("editions").in_bulk(ids)
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found][:MOST_FOUND]
