"""Which changes a subscription wants, and in which language its mail is. Pure: no query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monitoring.digests.models import Aspect, DigestRun, Subscriber, Subscription
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


def wants(subscription: Subscription, change: Change, run: DigestRun) -> bool:
    """Whether a change is news for a subscription in a run, and of a kind that it asked for."""
    since = run.first_position if subscription.since is None else subscription.since
    if (change.position or 0) <= since:
        return False
    wanted = subscription.wanted
    return not wanted or change.kind in ALWAYS or not wanted.isdisjoint(aspects(change))


def language_of(subscriptions: Iterable[Subscription], reader: Subscriber) -> str:
    """The language of a mail: the one that all its subscriptions ask for, else the reader's."""
    asked = {one.language or reader.language for one in subscriptions}
    return asked.pop() if len(asked) == 1 else reader.language
