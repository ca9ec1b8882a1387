"""What a source says of an entry beyond its title, gathered from several of its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from monitoring.evidence.entries import Entry
from monitoring.intake.models import Candidate


def fill_facts(*, source_id: int, entries: Sequence[Entry]) -> int:
    """Add what the page of an item says to the candidate that a list named; returns how many grew.

    A list names an item, its page says its number and status. What is there already stays, unless
    the page says it of another language too (`status.kk` beside `status.ru`): then both stand.
    Only entries that nobody has decided on are filled. Runs in the caller's transaction.
    """
    by_key = {hashlib.sha256(one.key.encode()).hexdigest(): one for one in entries}
    waiting = Candidate.objects.waiting().filter(source=source_id, key__in=by_key)
    grown = []
    for candidate in waiting:
        facts = merged(candidate.facts, by_key[candidate.key].facts())
        if facts != candidate.facts:
            candidate.facts = facts
            grown.append(candidate)
    Candidate.objects.bulk_update(grown, ["facts"], batch_size=100)
    return len(grown)


def merged(known: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The facts known and those that are new; of `titles` and `said` each name by itself."""
    facts = {**new, **known}
    for name in ("titles", "said"):
        if together := {**new.get(name, {}), **known.get(name, {})}:
            facts[name] = together
    return facts
