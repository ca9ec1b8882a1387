"""Why a record matches a query: the parts of its score, as the engine and the second look count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitoring.search import kinds
from monitoring.search.analysis import Concepts, analyse_query, right_spelling
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import WINDOW, Scored
from monitoring.search.documents import SearchDocument
from monitoring.search.models import Build
from monitoring.search.plans import Leaf, Plan, matches, plan_of
from monitoring.search.query import Query
from monitoring.search.ranking import second_look, wants_second_look
from monitoring.search.streams import Streams, streams_of
from monitoring.search.synonyms import concepts_of
from monitoring.search.vocabularies import vocabulary_of

LOOKED = 100
"""Places of the list that are looked through for the record."""


@dataclass(frozen=True)
class Part:
    """One thing that the query asks for: how the record has it.

    `role`: required, optional or excluded. `terms`: concepts that it stands for. `times`: how often
    in all texts; `in_title`, `exact`: whether a title has it, whether the very word stands there.
    """

    role: str
    words: str
    terms: tuple[str, ...]
    times: int
    in_title: bool
    exact: bool


@dataclass(frozen=True)
class Why:
    """What is said of one record and one query. `place` is 0 where the list does not hold it."""

    title: str
    spelled: str
    stems: tuple[tuple[str, tuple[str, ...]], ...]
    parts: tuple[Part, ...]
    found: bool
    filtered: tuple[str, ...]
    grams: float
    length: int
    date: dt.date | None
    version: int
    place: int
    score: float
    total: int


def explain(query: Query, kind: str, pk: int, language: str) -> Why | None:
    """Everything that decides the place of a record; None if there is no such record or index.

    Reads the record as it is now, and asks the engine for the first LOOKED places. Raises
    EngineError.
    """
    build = Build.objects.filter(state=Build.State.CURRENT).first()
    registered = kinds.get(kind)
    documents = kinds.documents(registered, [pk]) if registered else []
    if build is None or not documents:
        return None
    document = documents[0]
    concepts, vocabulary = concepts_of(build.concepts), vocabulary_of(build)
    plan = plan_of(query, concepts, vocabulary)
    streams = streams_of(document, concepts)
    place, score, total = _place(build.name, plan, document)
    texts = [document.texts[one] for one in (language, *document.texts) if one in document.texts]
    spelled = right_spelling(query.text, vocabulary).text
    return Why(
        title=texts[0].title if texts else document.key,
        spelled=spelled,
        stems=_stems(spelled, concepts),
        parts=_parts(plan, streams),
        found=matches(plan, document, streams),
        filtered=_filters(plan, document, streams),
        grams=_by_letters(plan, streams),
        length=len(streams.exact),
        date=document.date,
        version=document.version,
        place=place,
        score=score,
        total=total,
    )


def _by_letters(plan: Plan, streams: Streams) -> float:
    """What the second look adds."""
    if not wants_second_look(plan):
        return 0.0
    return second_look(plan, [Scored(0.0, 0, None)], lambda _: streams.grams)[0].score


def _place(build: str, plan: Plan, document: SearchDocument) -> tuple[int, float, int]:
    answer = get_backend().search(build, plan, offset=0, limit=min(LOOKED, WINDOW), facets=False)
    for place, hit in enumerate(answer.hits, start=1):
        if hit.key == document.key:
            return place, hit.score, answer.total
    return 0, 0.0, answer.total


def _stems(text: str, concepts: Concepts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each word of the query as spelled, with the stems that are looked for."""
    return tuple(
        (text[one.start : one.end], one.stems) for one in analyse_query(text, concepts).words
    )


def _parts(plan: Plan, streams: Streams) -> tuple[Part, ...]:
    groups: Sequence[tuple[str, Sequence[Leaf]]] = (
        ("required", plan.required),
        ("optional", plan.optional),
        ("excluded", plan.excluded),
    )
    return tuple(_part(role, leaf, plan, streams) for role, leaves in groups for leaf in leaves)


def _part(role: str, leaf: Leaf, plan: Plan, streams: Streams) -> Part:
    tokens = [token for run in leaf.runs for _, token in run]
    words = dict.fromkeys(
        " ".join(token for _, token in run) for run in leaf.runs if not run[0][1].startswith("=")
    )
    alone = Plan(required=(leaf,))
    whole = SearchDocument("", 0, 0, {})
    stands = matches(alone, whole, streams)
    times = max((len(streams.positions.get(run[0][1], ())) for run in leaf.runs), default=0)
    return Part(
        role=role,
        words=" / ".join(words),
        terms=tuple(token[1:] for token in dict.fromkeys(tokens) if token.startswith("=")),
        times=times if stands else 0,
        in_title=stands and not set(tokens).isdisjoint(streams.title),
        exact=stands and not set(plan.exact).isdisjoint(set(streams.exact) & _begun(tokens, plan)),
    )


def _begun(tokens: Sequence[str], plan: Plan) -> set[str]:
    """The query's folded words that belong to these stems."""
    return {word for word in plan.exact if any(word.startswith(token[:4]) for token in tokens)}


def _filters(plan: Plan, document: SearchDocument, streams: Streams) -> tuple[str, ...]:
    """The filters that keep the record out, by name."""
    bare = replace(plan, facets=(), numbers=(), date_from=None, date_to=None)
    checks = {
        **{name: replace(bare, facets=((name, values),)) for name, values in plan.facets},
        **({"number": replace(bare, numbers=plan.numbers)} if plan.numbers else {}),
        **({"from": replace(bare, date_from=plan.date_from)} if plan.date_from else {}),
        **({"to": replace(bare, date_to=plan.date_to)} if plan.date_to else {}),
    }
    words = replace(bare, required=(), optional=(), excluded=())
    return tuple(
        name
        for name, plan_of_one in checks.items()
        if not matches(
            replace(
                words,
                facets=plan_of_one.facets,
                numbers=plan_of_one.numbers,
                date_from=plan_of_one.date_from,
                date_to=plan_of_one.date_to,
            ),
            document,
            streams,
        )
    )
