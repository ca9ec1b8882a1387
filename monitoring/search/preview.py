"""What a synonym would change before it is saved, with the index as it is.

An index knows the concepts it was made with. A concept that is new or different is therefore
written out: where a query would look for the concept's token, it looks for each of its terms.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from monitoring.search import kinds
from monitoring.search.analysis import Concept, Concepts, analyse_query
from monitoring.search.asked import popular
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import record_in, within
from monitoring.search.models import Build
from monitoring.search.plans import MAX_RUNS, Leaf, Plan, Run, plan_of
from monitoring.search.query import Query
from monitoring.search.synonyms import concepts_of
from monitoring.search.vocabularies import vocabulary_of

TOP = 10
STEMS = 4
"""Of a term, the ways to read its words that are looked for."""
SECONDS = 8.0
"""For which an editor waits."""
QUERIES = 40
"""Popular queries that are compared, beside the terms themselves."""


@dataclass(frozen=True)
class Effect:
    """How the first TOP results of a query change: titles gained and lost, totals."""

    query: str
    asked: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    before: int
    after: int


def effects(concept: Concept, *, active: bool, language: str) -> list[Effect]:
    """The queries whose first results change, the terms themselves first, then the popular ones.

    Two searches a query that names the concept, none for any other, SECONDS in all. Raises
    EngineError.
    """
    with within(SECONDS):
        return _effects(concept, active=active, language=language)


def _effects(concept: Concept, *, active: bool, language: str) -> list[Effect]:
    build = Build.objects.filter(state=Build.State.CURRENT).first()
    if build is None:
        return []
    old, vocabulary = concepts_of(build.concepts), vocabulary_of(build)
    kept = [one for one in old.concepts if one.key != concept.key]
    new = Concepts([*kept, concept] if active else kept)
    was = [one for one in old.concepts if one.key == concept.key]
    terms = [term for one in (concept, *was) for row in one.terms.values() for term in row]
    asked = {one.text: one.asked for one in popular(most=QUERIES)}
    found = []
    for text in dict.fromkeys([*terms, *asked]):
        query = Query.parse(text)
        before, after = (plan_of(query, each, vocabulary) for each in (old, new))
        if concept.token not in before.tokens | after.tokens:
            continue
        written = _written_out(after, concept)
        one = _compare(build.name, text, asked.get(text, 0), before, written, language)
        if one.gained or one.lost or one.before != one.after:
            found.append(one)
    return found


def _written_out(plan: Plan, concept: Concept) -> Plan:
    """The plan with the concept's token replaced by the runs of all its terms."""
    runs: list[Run] = []
    for terms in concept.terms.values():
        for term in terms:
            row = analyse_query(term).words
            choices = [[(w.position - row[0].position, stem) for stem in w.stems] for w in row]
            runs += itertools.islice(itertools.product(*choices), STEMS) if row else ()

    def opened(leaf: Leaf) -> Leaf:
        if all(run[0][1] != concept.token for run in leaf.runs):
            return leaf
        own = [run for run in leaf.runs if run[0][1] != concept.token]
        return Leaf(tuple(dict.fromkeys([*own, *runs]))[: 2 * MAX_RUNS])

    return replace(
        plan,
        required=tuple(map(opened, plan.required)),
        optional=tuple(map(opened, plan.optional)),
        excluded=tuple(map(opened, plan.excluded)),
    )


def _compare(build: str, text: str, asked: int, before: Plan, after: Plan, language: str) -> Effect:
    answers = [
        get_backend().search(build, plan, offset=0, limit=TOP, facets=False)
        for plan in (before, after)
    ]
    first, second = ([hit.key for hit in answer.hits] for answer in answers)
    titles = _titles({*first, *second}, language)
    return Effect(
        query=text,
        asked=asked,
        gained=tuple(titles.get(key, key) for key in second if key not in first),
        lost=tuple(titles.get(key, key) for key in first if key not in second),
        before=answers[0].total,
        after=answers[1].total,
    )


def _titles(keys: Iterable[str], language: str) -> dict[str, str]:
    by_kind: dict[str, list[int]] = {}
    for key in keys:
        if record := record_in(key):
            by_kind.setdefault(record[0], []).append(record[1])
    found = {}
    for name, ids in by_kind.items():
        if kind := kinds.get(name):
            allowed = sorted(kind.visible(ids) & set(ids))
            for one, hit in kind.hits(allowed, language).items() if allowed else ():
                found[f"{name}:{one}"] = hit.title
    return found
