"""Writes of the room `intake`: entries become candidates, an analyst decides on each."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from monitoring.core import clock, sweeps
from monitoring.core.dates import Precision
from monitoring.core.models import LANGUAGES
from monitoring.decisions.models import Decision, DecisionKind, Edition, Stage
from monitoring.decisions.services import add_stage_event, create_decision, update_decision
from monitoring.evidence.entries import Entry
from monitoring.evidence.models import Fetch, Source
from monitoring.institutions.models import Body
from monitoring.intake.actions import note_done, note_look
from monitoring.intake.changes import note_changes, published, sort_out
from monitoring.intake.facts import fill_facts
from monitoring.intake.models import Action, ActionItem, Candidate
from monitoring.intake.own_pages import note_pages
from monitoring.intake.sameness import fingerprint, key_hash
from monitoring.vocabulary.models import Topic

SCORING = "intake.score"
"""Name of the sweep that scores what came in."""
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
        note_pages(fetch, entries)
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
    sweeps.ring(SCORING)
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
    same: Candidate | None = None,
    action: Action | None = None,
    note: str = "",
) -> Decision:
    """Make a public decision of a candidate; `titles` by language, empty ones make no edition.

    `same` is a second entry of the same document, as in the other language: it goes into the same
    decision. An entry that was old when it came in is recorded and not announced; `by` is None when
    a rule accepts, and `note` then says so to editors. Raises AlreadyDecidedError, or
    ValidationError with the field's name; nothing is written then.
    """
    both = [candidate] if same is None else [candidate, same]
    with transaction.atomic():
        _decide(candidate, Candidate.State.ACCEPTED, by)
        if same is not None:
            _decide(same, Candidate.State.MERGED, by)
            action = action or Action.objects.create(kind=Action.Kind.SAME, by=by)
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
            links=[{"url": one.link} for one in both if one.link],
            snapshot=candidate.snapshot,
            source=candidate.link or candidate.snapshot.url,
            by=by,
            public=True,
            announce=all(one.announced for one in both),
            note=note,
        )
        Candidate.objects.filter(pk__in=[one.pk for one in both]).update(decision=decision)
        for one in both:
            action = note_done(
                action=action,
                kind=Action.Kind.ACCEPT,
                candidate=one,
                by=by,
                decision=decision,
                made=one is candidate,
            ).action
    return decision


def merge_candidate(
    *,
    candidate: Candidate,
    decision: Decision,
    by: Any,
    stage: Stage | None = None,
    date: dt.date | None = None,
    precision: str = Precision.DAY,
    action: Action | None = None,
) -> Decision:
    """Add a candidate to a known decision: its link, and its step where `stage` names one.

    Raises AlreadyDecidedError, or ValidationError; nothing is written then.
    """
    with transaction.atomic():
        _decide(candidate, Candidate.State.MERGED, by)
        links = list(decision.links.values("url", "label_kk", "label_ru", "label_en", "checked"))
        linked = bool(candidate.link) and candidate.link not in {link["url"] for link in links}
        step = None
        if linked:
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
            step = add_stage_event(
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
        note_done(
            action=action,
            kind=Action.Kind.MERGE,
            candidate=candidate,
            by=by,
            decision=decision,
            linked=linked,
            step=step,
        )
    return decision


def reject_candidate(
    *, candidate: Candidate, by: Any, reason: str, action: Action | None = None
) -> None:
    """Put a candidate aside, with the reason. Raises AlreadyDecidedError, or ValueError."""
    if not reason.strip():
        raise ValueError("a rejection needs its reason")
    with transaction.atomic():
        _decide(candidate, Candidate.State.REJECTED, by, reason=reason.strip())
        note_done(action=action, kind=Action.Kind.REJECT, candidate=candidate, by=by)


@dataclass
class Bulk:
    """What became of many entries: done, decided by others before, refused with why."""

    action: Action
    done: list[Candidate] = field(default_factory=list)
    late: list[Candidate] = field(default_factory=list)
    refused: list[tuple[Candidate, str]] = field(default_factory=list)
    looked: list[Source] = field(default_factory=list)
    """Sources of which nothing waits any more: the look is noted."""


def accept_many(
    *,
    candidates: Sequence[Candidate],
    by: Any,
    kind: DecisionKind,
    action: Action | None = None,
    note: Callable[[Candidate], str] = lambda _: "",
) -> Bulk:
    """Accept each entry as a decision of a kind, with the body and topics of its source.

    Each in a transaction of its own: what a process that dies has not reached still waits.
    """
    bulk = Bulk(action or Action.objects.create(kind=Action.Kind.ACCEPT, by=by))
    for one in candidates:
        try:
            accept_candidate(
                candidate=one,
                by=by,
                kind=kind,
                titles=titles_of(one),
                bodies=[one.source.body] if one.source.body else [],
                topics=one.source.topics.all(),
                action=bulk.action,
                note=note(one),
                **facts_of(one),
            )
            bulk.done.append(one)
        except AlreadyDecidedError as error:
            bulk.late.append(error.current)
        except ValidationError as error:
            bulk.refused.append((one, " ".join(error.messages)))
    return _kept_if_used(bulk)


def reject_many(
    *, candidates: Sequence[Candidate], by: Any, reason: str, nothing: bool = False
) -> Bulk:
    """Put entries aside with one reason; with `nothing` it is "looked, nothing relevant".

    That notes the look for every source of which nothing waits any more. Raises ValueError.
    """
    if not reason.strip():
        raise ValueError("a rejection needs its reason")
    kind = Action.Kind.NOTHING if nothing else Action.Kind.REJECT
    bulk = Bulk(Action.objects.create(kind=kind, by=by, note=reason.strip()))
    with transaction.atomic():
        wanted = Candidate.objects.waiting().filter(pk__in=[one.pk for one in candidates])
        mine = set(wanted.select_for_update().values_list("pk", flat=True))
        # Conditional once more, for a database that does not lock rows.
        Candidate.objects.waiting().filter(pk__in=mine).update(
            state=Candidate.State.REJECTED,
            decided_by=by,
            decided_at=clock.now(),
            reason=reason.strip(),
        )
        ActionItem.objects.bulk_create(
            ActionItem(action=bulk.action, candidate_id=pk) for pk in sorted(mine)
        )
    bulk.done = [one for one in candidates if one.pk in mine]
    late = [one.pk for one in candidates if one.pk not in mine]
    bulk.late = list(Candidate.objects.filter(pk__in=late).select_related("decided_by"))
    if nothing:
        for source in {one.source_id: one.source for one in bulk.done}.values():
            with contextlib.suppress(ValidationError):  # more of it waits: not yet looked through
                note_look(source=source, by=by, action=bulk.action)
                bulk.looked.append(source)
    return _kept_if_used(bulk)


def titles_of(candidate: Candidate) -> dict[str, str]:
    """The titles of an entry by language. Raises ValidationError if it has none."""
    titles = {
        code: text.strip()
        for code, text in candidate.facts.get("titles", {}).items()
        if code in LANGUAGES and text.strip()
    }
    if candidate.title.strip():
        titles.setdefault(language_of(candidate), candidate.title.strip())
    if not titles:
        raise ValidationError(gettext("The entry has no title: open it and give it one."))
    return titles


def facts_of(candidate: Candidate) -> dict[str, Any]:
    """Date and number of the document, where the source says them."""
    said = candidate.facts
    facts: dict[str, Any] = {"number": str(said.get("number", ""))[:80]}
    with contextlib.suppress(ValueError):
        facts["date"] = dt.date.fromisoformat(said.get("date", ""))
    return facts


def language_of(candidate: Candidate) -> str:
    """The language an entry says it has, else what its letters say."""
    if candidate.language:
        return candidate.language
    text = f"{candidate.title} {candidate.summary}".lower()
    if re.search("[әғқңөұүһі]", text):
        return "kk"
    return "ru" if re.search("[а-я]", text) else "en"


def _kept_if_used(bulk: Bulk) -> Bulk:
    """An action that reached nothing leaves no trace."""
    if not bulk.done:
        Action.objects.filter(pk=bulk.action.pk, items=None).delete()
    return bulk


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
