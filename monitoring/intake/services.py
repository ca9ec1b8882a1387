"""Writes of the room `intake`: entries become candidates, an analyst decides on each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from monitoring.core import clock
from monitoring.core.dates import Precision
from monitoring.decisions.models import Decision, DecisionKind, Edition, Stage
from monitoring.decisions.services import add_stage_event, create_decision, update_decision
from monitoring.evidence.entries import Entry
from monitoring.evidence.models import Fetch
from monitoring.institutions.models import Body
from monitoring.intake.changes import note_changes, published, sort_out
from monitoring.intake.facts import fill_facts
from monitoring.intake.models import Candidate
from monitoring.intake.sameness import fingerprint, key_hash
from monitoring.vocabulary.models import Topic

SHORT = Edition._meta.get_field("title").max_length or 0


class AlreadyDecidedError(Exception):
    """Somebody else decided on the candidate first; `current` says who, when and what."""

    def __init__(self, current: Candidate) -> None:
        super().__init__(f"candidate {current.pk} is {current.state}")
        self.current = current


def take_in_entries(fetch: Fetch, entries: Sequence[Entry]) -> int:
    """Keep entries as candidates, each once a source; returns how many were not known.

    Known is an entry with the same key, or the same link, title and text under a new key. One that
    is known and says something else now is noted (`changes`). The database refuses the second of
    two that come at once. Runs in the caller's transaction.
    """
    assert fetch.snapshot_id is not None
    found = sort_out(fetch, entries)
    note_changes(fetch, found)
    if fetch.step > 1:
        fill_facts(source_id=fetch.source_id, entries=entries)
    if not found.fresh:
        return 0
    rows: dict[str, Candidate] = {}
    for entry in found.fresh:
        row = Candidate(
            source_id=fetch.source_id,
            snapshot_id=fetch.snapshot_id,
            key=key_hash(entry.key),
            fingerprint=fingerprint(entry.title, entry.link, entry.summary),
            title=entry.title,
            link=entry.link,
            summary=entry.summary,
            language=entry.language or fetch.source.language,
            facts=entry.facts(),
            published_at=published(entry, fetch.started_at),
            seen_at=fetch.started_at,
        )
        rows.setdefault(row.key, row)
    known = Candidate.objects.filter(source=fetch.source_id)
    before = known.count()
    # Feeds have the newest first; the queue shows higher ids first.
    Candidate.objects.bulk_create(reversed(rows.values()), ignore_conflicts=True, batch_size=200)
    return known.count() - before


def accept_candidate(
    *,
    candidate: Candidate,
    by: Any,
    kind: DecisionKind,
    titles: Mapping[str, str],
    bodies: Iterable[Body] = (),
    topics: Iterable[Topic] = (),
    date: dt.date | None = None,
    precision: str = Precision.DAY,
    number: str = "",
) -> Decision:
    """Make a public decision of a candidate; `titles` by language, empty ones make no edition.

    An entry that was old when it came in is recorded and not announced. Raises AlreadyDecidedError,
    or ValidationError with the field's name; nothing is written then.
    """
    with transaction.atomic():
        _decide(candidate, Candidate.State.ACCEPTED, by)
        decision = create_decision(
            kind=kind,
            date=date,
            bodies=bodies,
            topics=topics,
            precision=precision,
            editions={
                # What is longer than a short title may be is the document's own long one.
                language: {"title" if len(title) <= SHORT else "official_title": title}
                for language, title in titles.items()
                if title
            },
            number=number,
            links=[{"url": candidate.link}] if candidate.link else [],
            snapshot=candidate.snapshot,
            source=candidate.link or candidate.snapshot.url,
            by=by,
            public=True,
            announce=candidate.announced,
        )
        Candidate.objects.filter(pk=candidate.pk).update(decision=decision)
    return decision


def merge_candidate(
    *,
    candidate: Candidate,
    decision: Decision,
    by: Any,
    stage: Stage | None = None,
    date: dt.date | None = None,
    precision: str = Precision.DAY,
) -> Decision:
    """Add a candidate to a known decision: its link, and its step where `stage` names one.

    Raises AlreadyDecidedError, or ValidationError; nothing is written then.
    """
    with transaction.atomic():
        _decide(candidate, Candidate.State.MERGED, by)
        links = list(decision.links.values("url", "label_kk", "label_ru", "label_en", "checked"))
        if candidate.link and candidate.link not in {link["url"] for link in links}:
            update_decision(
                decision=decision,
                links=[*links, {"url": candidate.link}],
                snapshot=candidate.snapshot,
                source=candidate.link,
                by=by,
                announce=candidate.announced,
            )
        if stage is not None:
            language = candidate.language or "kk"
            add_stage_event(
                decision=decision,
                stage=stage,
                date=date,
                precision=precision,
                titles={language: candidate.title},
                url=candidate.link,
                by=by,
                announce=candidate.announced,
            )
        Candidate.objects.filter(pk=candidate.pk).update(decision=decision)
    return decision


def reject_candidate(*, candidate: Candidate, by: Any, reason: str) -> None:
    """Put a candidate aside, with the reason. Raises AlreadyDecidedError, or ValueError."""
    if not reason.strip():
        raise ValueError("a rejection needs its reason")
    with transaction.atomic():
        _decide(candidate, Candidate.State.REJECTED, by, reason=reason.strip())


def move_candidates(kept: int, gone: int) -> list[int]:
    """Entries that became the double belong to the kept record; returns their ids."""
    moved = list(
        Candidate.objects.filter(decision=gone).order_by("pk").values_list("pk", flat=True)
    )
    Candidate.objects.filter(pk__in=moved).update(decision=kept)
    return moved


def move_candidates_back(kept: int, gone: int, moved: list[int]) -> None:
    """They belong to the double again."""
    Candidate.objects.filter(pk__in=moved, decision=kept).update(decision=gone)


def _decide(candidate: Candidate, state: Candidate.State, by: Any, *, reason: str = "") -> None:
    """Take a waiting candidate by one conditional UPDATE: of two analysts one gets it."""
    waiting = Candidate.objects.waiting().filter(pk=candidate.pk)
    if not waiting.update(state=state, decided_by=by, decided_at=clock.now(), reason=reason):
        fresh = Candidate.objects.select_related("decided_by", "decision").get(pk=candidate.pk)
        raise AlreadyDecidedError(fresh)
