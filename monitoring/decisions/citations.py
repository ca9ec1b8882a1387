"""Which acts of the record a text names, and whether one of them lost its force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.utils.translation import gettext

from monitoring.core.dates import long_date
from monitoring.decisions.models import Code, Decision
from monitoring.decisions.text.citations import Citation, find_citations, pieces, same_number
from monitoring.search.analysis import number_token

LOST = frozenset({"repealed", "superseded", "ended", "term-ended"})
"""Statuses of an act that was in force once; a withdrawn bill never was."""
MOST = 500
"""Different numbers of one page that are looked up: a table of thousands stays plain."""

_KINDS = {
    "law": {"law", "constitutional-law", "code", "constitution", "bill"},
    "decree": {"decree"},
    "resolution": {"resolution", "akimat-resolution"},
    "order": {"order", "pm-order"},
    "decision": {"maslikhat-decision", "akim-decision"},
}
"""What a word beside a number says, and the kinds of the record that it may mean."""


@dataclass(frozen=True)
class Part:
    """A piece of a text: plain words, or the words that name an act of the record."""

    words: str
    decision: Decision | None = None
    lost: str = ""
    """In words, that the act lost its force and when."""


class Acts:
    """The acts that a set of citations may mean, read at once: one query, none for no citation.

    `but` is the act whose page it is: it is no link to itself.
    """

    def __init__(self, citations: Iterable[Citation], *, but: int = 0) -> None:
        citations = [one for one in citations if one.code or _telling(one)]
        codes = {form for one in citations if one.code for form in _codes(one.code)}
        numbers = {form for one in citations for form in _numbers(one)}
        # «№ 148» of a day may be held as «148-II»: found by its day.
        days = {one.date for one in citations if one.date and _head(one.number) == one.number}
        self._by_code: dict[str, Decision] = {}
        self._by_number: dict[str, list[Decision]] = {}
        for act in _named(codes, numbers, days).exclude(pk=but):
            if act.cited_code:  # type: ignore[attr-defined]  # annotated
                self._by_code[act.cited_code.rstrip("_")] = act  # type: ignore[attr-defined]
            of_number = self._by_number.setdefault(_head(number_token(act.adoption_number)), [])
            if act not in of_number:  # an act of several codes comes once for each
                of_number.append(act)

    def meant(self, one: Citation) -> Decision | None:
        """The act of the record that a citation names; None if there is none, or several."""
        if one.code:
            return self._by_code.get(one.code.rstrip("_"))
        if not _telling(one):
            return None
        wanted = _KINDS.get(one.kind)
        fits = [
            decision
            for decision in self._by_number.get(_head(one.number), ())
            if _same(one, decision) and (wanted is None or decision.kind.key in wanted)
        ]
        return fits[0] if len(fits) == 1 else None

    def parts(
        self, text: str, language: str, *, on: dt.date | None = None, found: Sequence[Citation] = ()
    ) -> list[Part]:
        """A text with the acts it names; joined, the words are the text. No query.

        `on` is the day of the text that cites: an act that fell later was in force then.
        """
        shown: list[Part] = []
        for words, citation in pieces(text, found or find_citations(text)):
            decision = self.meant(citation) if citation else None
            if decision is None and shown and shown[-1].decision is None:
                shown[-1] = Part(shown[-1].words + words)
            else:
                lost = lost_force(decision, language, on=on) if decision else ""
                shown.append(Part(words, decision, lost))
        return shown


def acts_named(texts: Iterable[str], *, but: int = 0) -> Acts:
    """The acts named in texts, without the one whose page it is (`but`): one query at most."""
    return Acts((one for text in texts for one in find_citations(text)), but=but)


def lost_force(decision: Decision, language: str, *, on: dt.date | None = None) -> str:
    """In words, that an act lost its force, with the day if it is known; else empty."""
    if decision.status is None or decision.status.key not in LOST:
        return ""
    since = decision.status_date
    if since is None:
        return gettext("this act lost force; the day was not found")
    if on is not None and since > on:
        return ""
    return gettext("this act lost force on %(date)s") % {
        "date": long_date(since, language=language)
    }


def lost_in(acts: Acts, texts: Iterable[str]) -> list[Decision]:
    """The acts named in texts that have lost their force, each once; no query."""
    found: Mapping[int, Decision] = {
        decision.pk: decision
        for text in texts
        for one in find_citations(text)
        if (decision := acts.meant(one)) and decision.status and decision.status.key in LOST
    }
    return list(found.values())


def _named(codes: set[str], numbers: set[str], days: set[dt.date]) -> QuerySet[Decision]:
    """Public acts of any of these, each with the code (`cited_code`) that names it: one query.

    Three lists of ids, each from an index of its own: one condition with "or" would read all.
    """
    public = Decision.objects.public().order_by()
    wanted = sorted(codes)[:MOST]
    by_code = Code.objects.filter(value__in=wanted).order_by().values("decision_id")
    ids = [
        by_code if wanted else None,
        public.filter(adoption_number__in=sorted(numbers)[:MOST]).values("pk") if numbers else None,
        public.filter(sort_date__in=sorted(days)[:MOST]).values("pk") if days else None,
    ]
    known = [one for one in ids if one is not None]
    if not known:
        return Decision.objects.none()
    acts = public.filter(pk__in=known[0].union(*known[1:]) if known[1:] else known[0])
    if not wanted:
        acts = acts.annotate(cited_code=Value(""))
    else:
        acts = acts.annotate(
            cited=FilteredRelation("codes", condition=Q(codes__value__in=wanted)),
            cited_code=F("cited__value"),
        )
    return acts.select_related("kind", "status")


def _telling(one: Citation) -> bool:
    """A bare «№ 5» may be anything; with a date or a convocation («148-II») it names an act."""
    return bool(one.number) and (one.date is not None or _head(one.number) != one.number)


def _same(one: Citation, decision: Decision) -> bool:
    number = number_token(decision.adoption_number)
    if one.date is None:
        return number == one.number
    return one.date == decision.date and same_number(number, one.number)


def _head(number: str) -> str:
    """«148-ii» → «148»: the part that is never left out."""
    head, _, tail = number.rpartition("-")
    return head if head and tail and not tail.strip("ivxlc") else number


def _numbers(one: Citation) -> set[str]:
    """The forms in which the record may hold a number."""
    if not one.number:
        return set()
    return {one.written, one.number, one.number.upper(), _head(one.number).upper()}


def _codes(code: str) -> set[str]:
    return {code, code.rstrip("_"), f"{code.rstrip('_')}_"}
