"""Which decisions of the record a new one may be: offered while typed, asked for when saved."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from monitoring.core import clock
from monitoring.core.models import Lease
from monitoring.core.text import fold
from monitoring.decisions.models import Decision, Edition
from monitoring.decisions.models.editions import title_key
from monitoring.decisions.official import recognise

MOST = 5
"""So many are offered; a person compares no more."""
SHORTEST = 24
"""Digits of a key: with fewer than twelve letters typed a title fits everything."""
_SUFFIX = re.compile(r"^(\d+)-[IVXLC]+$", re.IGNORECASE)
_LOCK = "decisions-entry"


@dataclass(frozen=True)
class Typed:
    """What is known of the act that is being entered; whatever is empty is not known yet."""

    codes: Collection[tuple[str, str]] = ()
    urls: Collection[str] = ()
    number: str = ""
    register_number: str = ""
    year: int | None = None
    kind: int | None = None
    bodies: frozenset[int] = frozenset()
    district: int | None = None
    titles: tuple[str, ...] = ()


@dataclass
class Double:
    """A decision that may be the same act, and in words why."""

    decision: Decision
    reasons: list[str] = field(default_factory=list)
    asks: bool = True
    """Whether it is so likely that saving asks first; the others are only offered."""


def likely_doubles(typed: Typed) -> list[Double]:
    """Decisions that share a code, an address, number and year, or a title; the surest first.

    At most 8 queries, each by an index.
    """
    found: dict[int, Double] = {}
    for rows, reason in _by_sure_signs(typed):
        for row in rows:
            found.setdefault(row.pk, Double(row)).reasons.append(reason)
    for row in _numbered(typed):
        if _may_be(row, typed):
            said = _("the same number, the same year") if row.year else _("the same number")
            found.setdefault(row.pk, Double(row)).reasons.append(said)
    for row, whole in _titled(typed):
        may = _may_be(row, typed)
        if row.pk in found or may or not whole:
            said = _("the same title") if whole else _("the title begins alike")
            double = found.setdefault(row.pk, Double(row, asks=whole and may))
            double.reasons.append(said)
    return sorted(found.values(), key=lambda one: not one.asks)[:MOST]


def _rows(condition: Q) -> list[Decision]:
    rows = Decision.objects.filter(condition).distinct().order_by("-pk")
    return list(rows.select_related("kind").prefetch_related("editions", "bodies")[:50])


def _by_sure_signs(typed: Typed) -> Iterator[tuple[list[Decision], str]]:
    pairs = {*typed.codes}
    for url in typed.urls:
        if known := recognise(url):
            pairs.add((known.collection, known.code))
    if pairs:
        condition = Q()
        for collection, value in pairs:
            condition |= Q(codes__collection=collection, codes__value=value)
        yield _rows(condition), _("the same code")
    if urls := [url for url in typed.urls if url]:
        yield _rows(Q(links__url__in=urls)), _("the same address")


def _numbered(typed: Typed) -> list[Decision]:
    condition = Q()
    numbers = {"adoption_number": typed.number, "register_number": typed.register_number}
    for column, said in numbers.items():
        number = said.removeprefix("№").strip()
        if number:
            # A code carries 148 where the act says «148-II», and people leave it out too.
            bare = _SUFFIX.match(number)
            condition |= Q(**{f"{column}__in": {number, bare[1] if bare else number}})
            if typed.year and number.isdecimal():
                condition |= Q(**{f"{column}__startswith": f"{number}-"}, year=typed.year)
    return _rows(condition) if condition else []


def _titled(typed: Typed) -> list[tuple[Decision, bool]]:
    """Decisions with the title, and whether all of it is the same (or only how it begins)."""
    found: dict[int, tuple[Decision, bool]] = {}
    for title in typed.titles:
        key = title_key(title)
        if len(key) < SHORTEST:
            continue
        # Keys are digits, two a letter: whatever begins with the key sorts before key + "99".
        begins = Q(title_key__gte=key, title_key__lt=f"{key}99")
        begins |= Q(official_key__gte=key, official_key__lt=f"{key}99")
        texts = Edition.objects.filter(begins).order_by("title_key", "pk")
        same: dict[int, bool] = {}
        for pk, *stored in texts.values_list("decision_id", "title", "official_title")[:50]:
            # A key holds 120 letters, and titles run to 457.
            same[pk] = same.get(pk, False) or fold(title) in map(fold, stored)
        for row in _rows(Q(pk__in=same)) if same else []:
            found[row.pk] = (row, same[row.pk] or found.get(row.pk, (row, False))[1])
    return list(found.values())


def _may_be(row: Decision, typed: Typed) -> bool:
    """Whether nothing that is known of both speaks against it.

    Hundreds of maslikhats count their decisions from 1, and every year has a budget "of the year".
    """
    bodies = {body.pk for body in row.bodies.all()}
    return not (
        (typed.year and row.year and typed.year != row.year)
        or (typed.kind and row.kind_id != typed.kind)
        or (typed.district and row.district_id and row.district_id != typed.district)
        or (typed.bodies and bodies and not bodies & typed.bodies)
    )


class DoubleError(Exception):
    """The record may hold the act already; nothing was written. `doubles` says what it found."""

    def __init__(self, doubles: list[Double]) -> None:
        super().__init__(f"may be {[one.decision.pk for one in doubles]}")
        self.doubles = doubles


@contextmanager
def entering(typed: Typed, *, another: Iterable[int] = ()) -> Iterator[None]:
    """A transaction in which one person at a time enters an act, once the doubles were looked at.

    Of two who enter the same act at once the second finds the first one's record. `another` holds
    the ids which the person has seen and said to be other acts. Raises DoubleError.
    """
    Lease.objects.get_or_create(name=_LOCK, defaults={"holder": "", "until": clock.now()})
    with transaction.atomic():
        Lease.objects.select_for_update().get(name=_LOCK)
        seen = set(another)
        doubles = [one for one in likely_doubles(typed) if one.asks]
        if any(one.decision.pk not in seen for one in doubles):
            raise DoubleError(doubles)
        yield
