"""An item's own page, read again: a silent edit is one revision, and a person compares.

What the page said first is kept with the entry, by its address: pages of one item in two languages
may disagree, and each is compared with itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from monitoring.evidence.entries import Entry
from monitoring.evidence.models import Fetch
from monitoring.intake.models import Candidate, Revision
from monitoring.intake.sameness import key_hash, normal, scrambled

NAMES = ("title", "number", "status", "date", "deadline", "mark")


def note_pages(fetch: Fetch, entries: Sequence[Entry]) -> int:
    """Keep what a further page says, and note what it says otherwise than the last time.

    What it does not say any more, or says in broken letters, is no news. Runs in the caller's
    transaction; returns how many entries changed. Two queries, two more for each that grew.
    """
    if "#" in fetch.url:
        return 0  # what was posted asked for a list, not for an item
    by_key = {key_hash(one.key): one for one in entries}
    known = Candidate.objects.filter(source=fetch.source_id, key__in=by_key)
    changed = 0
    for row in known.select_related("snapshot"):
        now = _said(by_key[row.key])
        if row.snapshot.url == fetch.url:
            now.pop("title", None)  # compared already: the entry itself is of this page
        pages = row.facts.get("pages", {})
        before = pages.get(fetch.url, {})
        differs = [name for name in now if name in before and _other(before[name], now[name])]
        if differs:
            _note(fetch, row, {n: before[n] for n in differs}, {n: now[n] for n in differs})
            changed += 1
        if differs or now.keys() - before.keys():
            facts = {**row.facts, "pages": {**pages, fetch.url: {**before, **now}}}
            if row.state == Candidate.State.NEW:
                facts |= {n: now[n] for n in differs if row.facts.get(n) == before[n]}
            Candidate.objects.filter(pk=row.pk).update(facts=facts)
    return changed


def _said(entry: Entry) -> dict[str, str]:
    said = {name: getattr(entry, name) for name in NAMES}
    return {name: text for name, text in said.items() if text and not scrambled(text)}


def _other(before: str, now: str) -> bool:
    return normal(before) != normal(now)


def _note(fetch: Fetch, row: Candidate, before: dict[str, str], after: dict[str, str]) -> None:
    assert fetch.snapshot_id is not None
    waits = row.decision_id is None
    Revision.objects.create(
        candidate=row,
        snapshot_id=fetch.snapshot_id,
        at=fetch.started_at,
        before=before,
        after=after,
        fingerprint=hashlib.sha256(json.dumps([fetch.url, after]).encode()).hexdigest(),
        outcome=Revision.Outcome.WAITING if waits else Revision.Outcome.PROPOSED,
    )
