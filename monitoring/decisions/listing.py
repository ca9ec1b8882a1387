"""The list of decisions as one object: filters, words and order. The page, CSV, JSON, Atom and
iCalendar are made of the same one, so that they always hold the same decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from monitoring.core import clock
from monitoring.decisions.filters import Filters, matching
from monitoring.decisions.models import Deadline, Decision, DecisionQuerySet
from monitoring.decisions.search import NAME
from monitoring.decisions.selectors import still_open
from monitoring.search.selectors import nearest

SORTS = ("relevance", "date", "changed", "deadline")
MOST_LETTERS = 1_000
MOST_FOUND = 1_000
"""Decisions that words find: the nearest ones."""
MOST_OPEN = 1_000
"""Open deadlines by which decisions are put first."""


@dataclass(frozen=True)
class Listing:
    """What a reader asks of the list; made by `read`.

    `left_out` are the pairs (name, value) of an address that mean nothing (any more).
    """

    filters: Filters = field(default_factory=Filters)
    words: str = ""
    sort: str = "date"
    left_out: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def usual_sort(self) -> str:
        """The order that needs no name in the address."""
        return "relevance" if self.words else "date"

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for less than everything."""
        return bool(self.words or self.filters.chosen)

    def to_params(self) -> QueryDict:
        """Back into an address, always in the same order."""
        params = self.filters.to_params()
        if self.words:
            params["q"] = self.words
        if self.sort != self.usual_sort:
            params["sort"] = self.sort
        return params

    def with_filters(self, filters: Filters) -> Listing:
        """The same words and order under other filters."""
        return replace(self, filters=filters)

    def without_words(self) -> Listing:
        """The same filters alone."""
        sort = "date" if self.sort == "relevance" else self.sort
        return replace(self, words="", sort=sort)

    def sorted_by(self, sort: str) -> Listing:
        """The same decisions in another order."""
        return replace(self, sort=sort)


def read(params: QueryDict) -> Listing:
    """The listing of an address; never raises. One query if a filter is named."""
    filters, left_out = Filters.from_params(params).known()
    words = " ".join(params.get("q", "")[:MOST_LETTERS].replace("\0", " ").split())
    listing = Listing(filters, words)
    sort = params.get("sort", "")
    if sort and (sort not in SORTS or (sort == "relevance" and not words)):
        # "Nearest to the words" without words is no mistake worth a sentence: the words were taken
        # out of the box.
        if sort != "relevance":
            left_out.append(("sort", sort[:80]))
        sort = ""
    return replace(listing, sort=sort or listing.usual_sort, left_out=tuple(left_out))


class Ids:
    """Ids in their order: some that are named, then what the database sorts. Read by slices."""

    def __init__(self, head: Sequence[int], tail: DecisionQuerySet | None) -> None:
        self.head = list(head)
        self.tail = tail
        self._length: int | None = None

    def __len__(self) -> int:
        if self._length is None:
            self._length = len(self.head) + (0 if self.tail is None else self.tail.count())
        return self._length

    def __getitem__(self, part: slice) -> list[int]:
        assert part.step is None
        start, stop = part.start or 0, len(self) if part.stop is None else part.stop
        found = self.head[start:stop]
        after = len(self.head)
        if self.tail is not None and stop > after:
            rows = self.tail.values_list("pk", flat=True)
            found += rows[max(0, start - after) : stop - after]
        return found


@dataclass(frozen=True)
class Answer:
    """What a listing finds: `ids` in order, `found` without one; of words the `notices` and all
    ids they found."""

    ids: Ids
    found: DecisionQuerySet
    of_words: list[int] | None = None
    notices: tuple[str, ...] = ()


def answer(listing: Listing, language: str) -> Answer:
    """The decisions of a listing. Of words at most six queries, of deadlines one; ids are lazy."""
    found = matching(listing.filters)
    of_words: list[int] | None = None
    notices: tuple[str, ...] = ()
    if listing.words:
        of_words, notices = nearest(NAME, listing.words, language, MOST_FOUND)
        found = found.filter(pk__in=of_words)
    if listing.sort == "relevance" and of_words is not None:
        kept = set(found.order_by().values_list("pk", flat=True))
        return Answer(Ids([pk for pk in of_words if pk in kept], None), found, of_words, notices)
    if listing.sort == "changed":
        return Answer(Ids([], found.latest_changed_first()), found, of_words, notices)
    if listing.sort == "deadline":
        first = _open_first(found)
        rest = found.exclude(pk__in=first) if first else found
        return Answer(Ids(first, rest.newest_first()), found, of_words, notices)
    # Ids alone: they are read from an index, however far back the page is.
    return Answer(Ids([], found.newest_first()), found, of_words, notices)


def _open_first(found: DecisionQuerySet) -> list[int]:
    """Those until which something can still be done, the nearest day first: one query."""
    rows = still_open(Deadline.objects.filter(decision__in=found.order_by()), clock.now())
    return list(dict.fromkeys(rows.values_list("decision_id", flat=True)[:MOST_OPEN]))


def rows_of(ids: Sequence[int]) -> list[Decision]:
    """Decisions in the order of ids, with kind and status; one query."""
    found = Decision.objects.filter(pk__in=ids).select_related("kind", "status")
    by_id = {one.pk: one for one in found}
    return [by_id[pk] for pk in ids if pk in by_id]
