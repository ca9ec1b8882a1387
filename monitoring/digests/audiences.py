"""To whom letters go: readers who ticked that they take letters, and of these a part.

An upper room names its own people: `register("members", fn)`, `fn()` giving keyed hashes of
addresses. Only readers of ours are written to; nobody gets a letter who did not ask for letters.
"""

from __future__ import annotations

from collections.abc import Callable

from monitoring.digests.models import Letter, Subscriber, Subscription
from monitoring.digests.models.readers import SubscriberQuerySet
from monitoring.search.models import SavedQuery

_known: dict[str, Callable[[], set[str]]] = {}


def register(name: str, digests: Callable[[], set[str]]) -> None:
    """Make an audience known by the keyed hashes of its addresses."""
    _known[name] = digests


def of_letter(letter: Letter) -> SubscriberQuerySet:
    """The readers to whom a letter goes, by id. At most three queries more."""
    willing = Subscriber.objects.filter(state=Subscriber.State.ACTIVE, letters=True)
    if letter.audience == Letter.Audience.MEMBERS:
        digests = _known["members"]() if "members" in _known else set()
        willing = willing.filter(digest__in=digests)
    elif letter.audience != Letter.Audience.ALL:
        name = "topic" if letter.audience == Letter.Audience.TOPIC else "region"
        followed = Subscription.objects.active().filter(query__in=_asking(name, letter.value))
        willing = willing.filter(pk__in=followed.values("subscriber"))
    return willing.order_by("pk")


def _asking(name: str, value: str) -> list[int]:
    """Stored queries whose filters name a value: queries are few beside those who follow them."""
    rows = SavedQuery.objects.values_list("pk", "query")
    return [
        pk
        for pk, query in rows.iterator(2000)
        if value in dict(query.get("filters") or ()).get(name, ())
    ]
