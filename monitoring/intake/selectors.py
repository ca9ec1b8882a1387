"""Reads of the room `intake`."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from monitoring.decisions.models import Decision
from monitoring.intake.models import Candidate
from monitoring.search.query import Query
from monitoring.search.selectors import search

MOST_FOUND = 10


def queue(*, state: str = "", source: str = "") -> QuerySet[Candidate]:
    """Candidates of a state (unknown or empty: waiting; "all": every) and of a source, newest
    first, with what a row shows."""
    rows = Candidate.objects.select_related("source", "decided_by").order_by("-pk")
    if state != "all":
        rows = rows.filter(state=state if state in Candidate.State.values else "new")
    if source.isdecimal() and len(source) < 10:
        rows = rows.filter(source_id=int(source))
    return rows


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
