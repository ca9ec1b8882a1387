"""Entries that may be one document: of two languages, two sources, or twice in one."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db.models import Q

from monitoring.core.text import fold
from monitoring.decisions.text.citations import find_citations
from monitoring.intake.models import Candidate, Mark, NotSame
from monitoring.search.analysis import number_token

SHORTEST = 25
"""Letters of a title from which on two equal ones say something."""
MOST = 3
"""So many partners of an entry are proposed."""
_LANGUAGE = re.compile(r"^(kk|kz|kaz|kk-kz|ru|rus|ru-ru|en|eng|en-us)$", re.IGNORECASE)
_CODE = re.compile(r"/docs/([A-Z]\d[0-9A-Z]{8,9})_?")


@dataclass
class Pair:
    """A partner and what the two share (`Mark.Kind` values)."""

    other: Candidate
    shared: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """What they share, in the active language."""
        return [str(Mark.Kind(kind).label) for kind in self.shared]


def marks_of(candidate: Candidate) -> list[Mark]:
    """By what an entry may be found to be another one; not saved."""
    said = candidate.facts
    found: set[tuple[Mark.Kind, str]] = set()
    for number, date in _numbers(candidate):
        found.add((Mark.Kind.NUMBER, f"{number} {date}"))
    code = str(said.get("code", "")) or _code_in(candidate.link)
    if code:
        found.add((Mark.Kind.LINK, code.rstrip("_").upper()))
    elif candidate.link:
        found.add((Mark.Kind.LINK, without_language(candidate.link)))
    for title in {candidate.title, *said.get("titles", {}).values()}:
        if len(fold(title)) >= SHORTEST:
            found.add((Mark.Kind.TITLE, fold(title)))
    return [
        Mark(candidate=candidate, kind=kind, value=hashlib.sha256(value.encode()).hexdigest())
        for kind, value in sorted(found)
    ]


def _numbers(candidate: Candidate) -> Iterable[tuple[str, str]]:
    said = candidate.facts
    if said.get("number") and said.get("date"):
        yield number_token(str(said["number"])), str(said["date"])
    else:
        for one in find_citations(candidate.title):
            if one.number and one.date:
                yield one.number, one.date.isoformat()


def _code_in(link: str) -> str:
    found = _CODE.search(link)
    return found[1] if found else ""


def without_language(link: str) -> str:
    """An address in which the language is left open: /rus/docs/1 and /kaz/docs/1 read alike."""
    parts = urlsplit(link)
    path = "/".join("*" if _LANGUAGE.match(one) else one for one in parts.path.split("/"))
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not (name.lower() in {"lang", "language", "locale", "l"} or name.startswith("utm_"))
    ]
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{path.rstrip('/')}?{urlencode(sorted(query))}"


def proposals(pks: Collection[int]) -> dict[int, list[Pair]]:
    """For each entry, others that may be the same document and are waiting or accepted.

    Three queries however many entries; at most MOST partners each, those that share most first.
    """
    mine = list(Mark.objects.filter(candidate__in=pks).values_list("candidate", "kind", "value"))
    if not mine:
        return {}
    others = (
        Mark.objects.filter(value__in={value for _, _, value in mine})
        .exclude(candidate__state=Candidate.State.REJECTED)
        .select_related("candidate__source", "candidate__decision")
        .order_by("-candidate")[:1000]
    )
    holders: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for mark in others:
        holders[mark.kind, mark.value].append(mark.candidate)
    apart = set(
        NotSame.objects.filter(Q(first__in=pks) | Q(second__in=pks)).values_list("first", "second")
    )
    found: dict[int, dict[int, Pair]] = defaultdict(dict)
    for pk, kind, value in mine:
        for other in holders.get((kind, value), ()):
            if other.pk != pk and (min(pk, other.pk), max(pk, other.pk)) not in apart:
                pair = found[pk].setdefault(other.pk, Pair(other))
                if kind not in pair.shared:
                    pair.shared.append(kind)
    return {
        pk: sorted(pairs.values(), key=lambda pair: (-len(pair.shared), -pair.other.pk))[:MOST]
        for pk, pairs in found.items()
    }


def keep_apart(*, first: Candidate, second: Candidate, by: Any) -> NotSame:
    """An analyst says that two entries are two documents; the pair is not proposed again."""
    low, high = sorted((first.pk, second.pk))
    row, _ = NotSame.objects.get_or_create(first_id=low, second_id=high, defaults={"by": by})
    return row
