"""Which changes a subscription wants, and in which language its mail is. Pure: no query."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from monitoring.digests.models import KEY_ONLY, Aspect, DigestRun, Subscriber, Subscription
from monitoring.journal.models import Change

ALWAYS = frozenset({Change.Kind.PUBLISHED, Change.Kind.RELATION, Change.Kind.WITHDRAWN})
"""New to the record, returned or replaced, removed: whoever follows it is always told."""
_PICTURED = {
    "stages": Aspect.STAGE,
    "status": Aspect.STAGE,
    "deadlines": Aspect.DEADLINE,
    "editions": Aspect.TEXT,
    "position": Aspect.POSITION,
}
_KINDS = {
    Change.Kind.STAGE: Aspect.STAGE,
    Change.Kind.DEADLINE: Aspect.DEADLINE,
    Change.Kind.EDITION: Aspect.TEXT,
}


def aspects(change: Change) -> frozenset[str]:
    """What of a record a change touched, by its kind and by the pictures before and after."""
    before: Mapping[str, Any] = change.before
    after: Mapping[str, Any] = change.after
    moved = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    found = {_PICTURED.get(name, Aspect.OTHER) for name in moved}
    named = _KINDS.get(Change.Kind(change.kind))
    return frozenset(str(one) for one in (found | {named} if named else found))


def told_before(subscription: Subscription, run: DigestRun) -> int:
    """The journal position up to which a subscription was told before a run."""
    return run.first_position if subscription.since is None else subscription.since


def wants(
    subscription: Subscription,
    change: Change,
    run: DigestRun,
    key: Container[tuple[str, int]] = frozenset(),
) -> bool:
    """Whether a change is news for a subscription in a run, and of a kind that it asked for.

    `key` are the records that analysts marked as key: some ask for these alone.
    """
    if (change.position or 0) <= told_before(subscription, run):
        return False
    wanted = subscription.wanted
    if KEY_ONLY in wanted:
        if change.subject == "decision" and (change.subject, change.subject_id) not in key:
            return False
        wanted -= {KEY_ONLY}
    return not wanted or change.kind in ALWAYS or not wanted.isdisjoint(aspects(change))


def language_of(subscriptions: Iterable[Subscription], reader: Subscriber) -> str:
    """The language of a mail: the one that all its subscriptions ask for, else the reader's."""
    asked = {one.language or reader.language for one in subscriptions}
    return asked.pop() if len(asked) == 1 else reader.language
