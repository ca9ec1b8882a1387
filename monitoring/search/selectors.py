"""Reads of the room `search`."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.utils import translation
from django.utils.translation import gettext as _

from monitoring.search import kinds
from monitoring.search.analysis import (
    NO_CONCEPTS,
    NO_VOCABULARY,
    Concepts,
    Vocabulary,
    did_you_mean,
)
from monitoring.search.backends import get_backend
from monitoring.search.backends.base import ANSWER, WINDOW, EngineError, record_in, within
from monitoring.search.highlights import found_in, marked
from monitoring.search.kinds import Hit, Line, Place
from monitoring.search.models import Build, TitleToken
from monitoring.search.nearest import Offer, offers
from monitoring.search.plans import Leaf, Plan, plan_of
from monitoring.search.query import FACETS, Problem, Query
from monitoring.search.semantic.near import Near, near_hits
from monitoring.search.semantic.site import meaning_of
from monitoring.search.stretches import best_stretches
from monitoring.search.synonyms import concepts_of
from monitoring.search.vocabularies import vocabulary_of

logger = logging.getLogger(__name__)

MAX_PAGES = 500
SHOWN_FACETS = ("kind", "body", "topic", "year", "lang")
"""The boxes of the page, and those of higher rooms; another facet is shown when it filters."""
SHOWN_VALUES = 12
FALLBACK_ROWS = 5_000
"""Tokens of titles that the database looks through when the engine is away."""


@dataclass(frozen=True)
class Found:
    """One result as the page shows it; `title_html` and `excerpt` are safe and marked.

    `language` is that of the title, `excerpt_language` that of the text in which it was found.
    """

    kind: str
    id: int
    title: str
    title_html: str
    address: str
    language: str
    meta: str
    kind_label: str
    excerpt: str
    excerpt_language: str
    place: Place | None = None
    """The provision in which it was found, where the excerpt is from one."""


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet: how many results it would leave, and whether it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A facet with its values; counts leave out the facet's own filter."""

    name: str
    title: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True)
class Results:
    """A page of results. `notices` are sentences in the reader's language."""

    hits: tuple[Found, ...] = ()
    total: int = 0
    facets: tuple[Facet, ...] = ()
    notices: tuple[str, ...] = ()
    page: int = 1
    pages: int = 1
    understood: str = ""
    """The query as it was understood, when that is not what was typed."""
    near: tuple[Found, ...] = ()
    """Records that say what was asked in other words or another language; beside the results."""
    offers: tuple[Offer, ...] = ()
    """Queries that may have been meant, each with the number of its results."""
    from_index: bool = True
    """Whether the engine answered, not the database in its place."""


@dataclass(frozen=True)
class Listed:
    """A record of a file or a feed: described, without excerpt."""

    kind: str
    id: int
    kind_label: str
    hit: Hit


@dataclass(frozen=True)
class Listing:
    """What a query finds, for files: at most as many rows as were asked for, of `total`."""

    rows: tuple[Listed, ...] = ()
    total: int = 0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Raw:
    key: str
    texts: Mapping[str, Sequence[str]]

    @property
    def record(self) -> tuple[str, int]:
        record = record_in(self.key)
        assert record is not None  # others are left out where they are read
        return record


@dataclass(frozen=True)
class _Asked:
    """A query as the index in use reads it; notices are in the active language."""

    build: Build | None
    concepts: Concepts
    vocabulary: Vocabulary
    plan: Plan
    notices: list[str]


def _asked(query: Query, *, as_typed: bool) -> _Asked:
    """One query."""
    notices = [problem.sentence for problem in query.problems]
    build = Build.objects.filter(state=Build.State.CURRENT).first()
    concepts = concepts_of(build.concepts) if build else NO_CONCEPTS
    vocabulary = vocabulary_of(build) if build else NO_VOCABULARY
    plan = plan_of(query, concepts, vocabulary, as_typed=as_typed)
    if query.text and not plan.can_match:
        notices.append(Problem("only_without" if plan.excluded else "no_words").sentence)
    return _Asked(build, concepts, vocabulary, plan, notices)


def search(
    query: Query, language: str, page: int = 1, size: int = 20, *, as_typed: bool = False
) -> Results:
    """Search all kinds; never raises for what a reader typed or for an engine that is away.

    The words are looked for in the right spelling (see `analysis.right_spelling`), unless
    `as_typed`. A page beyond the last gives the last. At most 4 queries of its own, and of each
    kind on the page `visible`, `hits` and its labels.
    """
    with translation.override(language), within(ANSWER):
        asked = _asked(query, as_typed=as_typed)
        build, plan, notices = asked.build, asked.plan, asked.notices
        concepts, vocabulary = asked.concepts, asked.vocabulary
        if not plan.can_match:
            return Results(notices=tuple(notices))
        size = max(1, min(size, 100))
        meaning = meaning_of(query, vocabulary, as_typed=as_typed)
        ask = partial(get_backend().search, reorder=meaning.reorder if meaning else None)
        try:
            if build is None:
                raise EngineError("no index is in use yet")
            answer = ask(build.name, plan, offset=(_within(page, size) - 1) * size, limit=size)
            pages = _pages(answer.total, size)
            if _within(page, size) > pages:
                page = pages
                answer = ask(build.name, plan, offset=(page - 1) * size, limit=size)
        except EngineError as error:
            logger.warning("the search engine does not answer, the database does: %s", error)
            return _from_database(query, plan, language, page, size, notices)
        near: list[Near] = []
        try:
            near = near_hits(build.name, plan, meaning, answer.hits) if page == 1 else []
        except EngineError as error:
            logger.warning("the engine does not say which near records pass: %s", error)
        raw = [_Raw(hit.key, hit.texts) for hit in answer.hits if record_in(hit.key)]
        shown = _shown([*raw, *_in_one_language(near, language)], plan, concepts, language)
        own = {row.record for row in raw}
        return Results(
            hits=tuple(one for one in shown if (one.kind, one.id) in own),
            near=tuple(one for one in shown if (one.kind, one.id) not in own),
            total=answer.total,
            facets=_facets(query, answer.facets, language),
            notices=tuple(notices),
            page=_within(page, size),
            pages=pages,
            understood="" if as_typed else did_you_mean(query.text, vocabulary),
            offers=offers(query, build.name, vocabulary, concepts, found=answer.total),
        )


def _in_one_language(near: Iterable[Near], language: str) -> list[_Raw]:
    """Near records with the text that shows why: the reader's own, or the one that is near."""
    return [
        _Raw(
            one.hit.key,
            {
                name: one.hit.texts[name]
                for name in (language, one.language)
                if name in one.hit.texts
            },
        )
        for one in near
        if record_in(one.hit.key)
    ]


def nearest(kind: str, words: str, language: str, limit: int) -> tuple[list[int], tuple[str, ...]]:
    """Ids of the records of a kind that words find, the nearest first, and notices in a language.

    For a list of a room's own, which filters and shows them itself: nothing is asked about who may
    see them. Never raises; without the engine the titles answer. At most two queries of its own.
    """
    with translation.override(language):
        query = Query.parse(words)
        notices = [problem.sentence for problem in query.problems]
        build = Build.objects.filter(state=Build.State.CURRENT).first()
        plan = plan_of(query, concepts_of(build.concepts) if build else NO_CONCEPTS)
        if not plan.has_words and not plan.can_match:
            code = "only_without" if plan.excluded else "no_words"
            return [], (*notices, Problem(code).sentence)
        plan = replace(plan, facets=(*_but_kind(plan), ("kind", (kind,))))
        try:
            if build is None:
                raise EngineError("no index is in use yet")
            answer = get_backend().search(build.name, plan, offset=0, limit=limit, facets=False)
        except EngineError as error:
            logger.warning("the search engine does not answer, the database does: %s", error)
            notices.append(_away())
            kept = _of_titles(plan, (kind,))
            return [one for _, one in kept[:limit]], tuple(notices)
        found = [record_in(hit.key) for hit in answer.hits]
        return [record[1] for record in found if record is not None], tuple(notices)


def list_found(query: Query, language: str, most: int, *, as_typed: bool = False) -> Listing:
    """The first records that a query finds, in the order of the page, as anybody may see them now.

    The same plan as `search`. One query of its own, and of each kind `visible`, `hits` and labels.
    """
    with translation.override(language):
        asked = _asked(query, as_typed=as_typed)
        build, plan, notices = asked.build, asked.plan, asked.notices
        if not plan.can_match:
            return Listing(notices=tuple(notices))
        try:
            if build is None:
                raise EngineError("no index is in use yet")
            meaning = meaning_of(query, asked.vocabulary, as_typed=as_typed)
            answer = get_backend().search(
                build.name,
                plan,
                offset=0,
                limit=most,
                facets=False,
                reorder=meaning.reorder if meaning else None,
            )
            found = [_Raw(hit.key, {}) for hit in answer.hits]
            raw = [row for row in found if record_in(row.key)]
            total = answer.total
        except EngineError as error:
            logger.warning("the search engine does not answer, the database does: %s", error)
            notices.append(_away())
            kept = _of_titles(plan, query.values("kind"))
            raw, total = [_Raw(f"{name}:{one}", {}) for name, one in kept[:most]], len(kept)
        described, labels = _described(raw, language)
        rows = [
            Listed(*row.record, labels[row.record[0]], described[row.record])
            for row in raw
            if row.record in described
        ]
        return Listing(tuple(rows), total, tuple(notices))


def _but_kind(plan: Plan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(pair for pair in plan.facets if pair[0] != "kind")


def _within(page: int, size: int) -> int:
    return max(1, min(page, MAX_PAGES, WINDOW // size))


def _pages(total: int, size: int) -> int:
    return _within(-(-total // size), size)


def _shown(raw: Iterable[_Raw], plan: Plan, concepts: Concepts, language: str) -> tuple[Found, ...]:
    """Hits for display, with what was found in each."""
    rows = list(raw)
    described, labels = _described(rows, language)
    found = []
    lines: dict[str, dict[int, Line]] = defaultdict(dict)
    more = [row.record for row in rows if any(len(text) > 2 for text in row.texts.values())]
    stretches = best_stretches(more, plan)
    for row in rows:
        hit_or_none = described.get(row.record)
        if hit_or_none is None:
            logger.info("%s is in the index but not to be seen", row.key)
            continue
        parts = stretches.get(row.record, {})
        texts = {
            code: [title, parts[code].text if code in parts else body]
            for code, (title, body, *_more) in row.texts.items()
        }
        found_language, text, line = found_in(texts, plan, concepts, language)
        mark = parts[found_language].mark(line) if found_language in parts else ("", "")
        if line and (any(mark) or found_language not in parts):
            lines[row.record[0]][row.record[1]] = Line(found_language, line, *mark)
        found.append(
            Found(
                kind=row.record[0],
                id=row.record[1],
                title=hit_or_none.title,
                title_html=marked(hit_or_none.title, hit_or_none.language, plan, concepts),
                address=hit_or_none.address,
                language=hit_or_none.language,
                meta=hit_or_none.meta,
                kind_label=labels[row.record[0]],
                excerpt=text,
                excerpt_language=found_language,
            )
        )
    places = _places(lines, language)
    return tuple(replace(one, place=places.get((one.kind, one.id))) for one in found)


def _described(
    rows: Sequence[_Raw], language: str
) -> tuple[dict[tuple[str, int], Hit], dict[str, str]]:
    """What to show of records, of which each kind says who may see them now, and of kinds."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_kind[row.record[0]].append(row.record[1])
    described: dict[tuple[str, int], Hit] = {}
    for name, ids in by_kind.items():
        kind = kinds.get(name)
        if kind is None:
            continue
        allowed = kind.visible(ids) & set(ids)
        asked = [one for one in ids if one in allowed]
        for one, hit in (kind.hits(asked, language) if asked else {}).items():
            if one in allowed:
                described[name, one] = hit
    return described, kinds.value_labels("kind", list(by_kind), language)


def _places(lines: Mapping[str, Mapping[int, Line]], language: str) -> dict[tuple[str, int], Place]:
    found = {}
    for name, asked in lines.items():
        kind = kinds.get(name)
        if kind is not None and kind.places is not None:
            places = kind.places(asked, language)
            found.update({(name, one): place for one, place in places.items()})
    return found


def _facets(
    query: Query, counts: Mapping[str, Mapping[str, int]], language: str
) -> tuple[Facet, ...]:
    names = [name for name in SHOWN_FACETS if name in counts]
    names += [name for name, _ in query.filters if name not in names and name in FACETS]
    names += sorted(kinds.extended_facets().intersection(counts).difference(names))
    return tuple(_facet(name, query, counts.get(name, {}), language) for name in names)


def _facet(name: str, query: Query, counts: Mapping[str, int], language: str) -> Facet:
    chosen = query.values(name)
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    if name == "year":
        ordered = sorted(counts, reverse=True)
    values = ordered[:SHOWN_VALUES]
    values += [value for value in chosen if value not in values]
    labels = kinds.value_labels(name, values, language)
    return Facet(
        name,
        kinds.facet_title(name),
        tuple(
            FacetValue(value, labels[value], counts.get(value, 0), value in chosen)
            for value in values
        ),
    )


def _from_database(
    query: Query, plan: Plan, language: str, page: int, size: int, notices: list[str]
) -> Results:
    """Answer from titles and numbers alone, without the engine; one query of its own."""
    notices.append(_away())
    kept = _of_titles(plan, query.values("kind"))
    pages = _pages(len(kept), size)
    page = min(_within(page, size), pages)
    part = kept[(page - 1) * size : page * size]
    raw = [_Raw(f"{name}:{one}", {}) for name, one in part]
    return Results(
        hits=_shown(raw, plan, NO_CONCEPTS, language),
        total=len(kept),
        notices=tuple(notices),
        page=page,
        pages=pages,
        from_index=False,
    )


def _away() -> str:
    return _(
        "Full search is not available at the moment. These results come from titles and "
        "numbers only; please try again in a few minutes."
    )


def _of_titles(plan: Plan, wanted: Sequence[str]) -> list[tuple[str, int]]:
    """Records of the wanted kinds (all if none is named) by their titles, the best first."""
    tokens = set(plan.tokens) | set(plan.numbers)
    stored = TitleToken.objects.filter(token__in=tokens).values_list("kind", "record_id", "token")
    has: dict[tuple[str, int], set[str]] = defaultdict(set)
    for name, one, token in stored[:FALLBACK_ROWS]:
        has[name, one].add(token)
    kept = [
        record
        for record, own in has.items()
        if (not wanted or record[0] in wanted)
        and all(_has(leaf, own) for leaf in plan.required)
        and (not plan.numbers or not own.isdisjoint(plan.numbers))
    ]
    return sorted(kept, key=lambda record: (-len(has[record]), record))


def _has(leaf: Leaf, tokens: set[str]) -> bool:
    return any(all(token in tokens for _, token in run) for run in leaf.runs)
