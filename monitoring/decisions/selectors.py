"""Reads of the room `decisions`: lists with their facets, one page, changes in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    prefetch_related_objects,
)
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import override

from monitoring.core import clock
from monitoring.core.clock import ALMATY
from monitoring.core.models import LANGUAGES
from monitoring.decisions import relations
from monitoring.decisions.deadlines import countdown, next_step
from monitoring.decisions.filters import Filters
from monitoring.decisions.models import (
    Code,
    Deadline,
    Decision,
    DecisionQuerySet,
    Edition,
    Link,
    StageEvent,
    VoteEvent,
)
from monitoring.journal.subjects import Subject
from monitoring.vocabulary.models import District, Topic
from monitoring.vocabulary.selectors import district_by_code


def for_rows(found: DecisionQuerySet) -> DecisionQuerySet:
    """With all that a row of a list shows: three queries more, whatever the number of rows."""
    return found.select_related("kind", "status").prefetch_related(*_of_rows())


def _of_rows() -> tuple[Any, ...]:
    return (
        Prefetch("editions", Edition.objects.filter(live=True)),
        "bodies",
        Prefetch("deadlines", Deadline.objects.select_related("kind")),
    )


def read_rows(decisions: Sequence[Decision]) -> None:
    """What rows of several lists on one page show beside kind and status: three queries in all."""
    prefetch_related_objects(decisions, *_of_rows())


def for_page(found: DecisionQuerySet) -> DecisionQuerySet:
    """With the facts that the page of a decision shows: three queries more; `read_page` the rest.

    `has_votes` and `has_events` say whether these are worth a query: few decisions have any.
    """
    with_facts = found.select_related("kind", "status", "source_status", "region", "district")
    return with_facts.annotate(
        has_votes=Exists(VoteEvent.objects.public().filter(decision=OuterRef("pk"))),
        has_events=Exists(Decision.events.through.objects.filter(decision=OuterRef("pk"))),
    ).prefetch_related(
        "bodies",
        Prefetch(
            "stage_events",
            StageEvent.objects.filter(void=False, replaced_by=None).select_related("stage", "body"),
        ),
        Prefetch("deadlines", Deadline.objects.select_related("kind")),
    )


def read_page(found: Decision) -> None:
    """Topics, links, codes, related decisions and the texts of a decision of `for_page`.

    Three queries in all: the page asks for many small things, and each query has its price.
    """
    _read_parts(found)
    relations.read(found)
    named = [found, *(one.other for one in relations.seen_from(found))]
    prefetch_related_objects(named, Prefetch("editions", Edition.objects.filter(live=True)))


def _read_parts(found: Decision) -> None:
    """Topics, links and codes as if they were prefetched, but in one query."""
    empty, names = Value(""), ("kk", "ru", "en")
    no_day = Value(None, output_field=DateField())
    topics = Topic.objects.filter(tagged_decisions__content_object=found).annotate(
        part=Value("topics"), day=no_day
    )
    links = Link.objects.filter(decision=found).annotate(part=Value("links"), day=F("checked"))
    codes = Code.objects.filter(decision=found).annotate(
        part=Value("codes"), day=no_day, no_ru=empty, no_en=empty
    )
    codes_listed = ("part", "pk", "collection", "value", "no_ru", "no_en", "day")
    rows = (
        topics.order_by()
        .values_list("part", "pk", "slug", *(f"name_{one}" for one in names), "day")
        .union(
            links.order_by().values_list(
                "part", "pk", "url", *(f"label_{one}" for one in names), "day"
            ),
            codes.order_by().values_list(*codes_listed),
            all=True,
        )
    )
    parts: dict[str, list[Any]] = {"topics": [], "links": [], "codes": []}
    for part, pk, key, kk, ru, en, day in rows:
        if part == "topics":
            parts[part].append(Topic(pk=pk, slug=key, name_kk=kk, name_ru=ru, name_en=en))
        elif part == "links":
            words = {"label_kk": kk, "label_ru": ru, "label_en": en}
            parts[part].append(Link(pk=pk, decision=found, url=key, checked=day, **words))
        else:
            parts[part].append(Code(pk=pk, decision=found, collection=key, value=kk))
    parts["codes"].sort(key=lambda one: (one.collection, one.value))
    for name, read in parts.items():
        if name != "codes":
            read.sort(key=lambda one: one.pk)
        kept = getattr(found, name).all()
        kept._result_cache, kept._prefetch_done = read, True
        found._prefetched_objects_cache[name] = kept  # type: ignore[attr-defined]  # by Django


def older_text(edition: Edition, live: Mapping[str, Edition]) -> dict[str, Any] | None:
    """Of a text made from an older one: that one's language (`code`) and its day (`of`)."""
    source = live.get(edition.made_from)
    if source is None or not edition.is_behind(source):
        return None
    at = edition.made_from_at
    return {
        "of": at.astimezone(ALMATY).date() if at else None,
        "code": source.language,
    }


def related_rows(found: Decision, language: str) -> list[dict[str, Any]]:
    """What the page says of other documents: `words` and the `rows` under them; no query.

    Each row says since when (`since`, words) and by which source (`source`) it is related.
    """
    groups: dict[str, list[relations.Seen]] = {}
    for one in relations.seen_from(found):
        groups.setdefault(one.words, []).append(one)
    shown = []
    for words, seen in groups.items():
        rows = titles([one.other for one in seen], language)
        for row, one in zip(rows, seen, strict=True):
            row["relation"] = one.relation
            row["relation_host"] = _host(one.relation.source)
        shown.append({"words": words, "rows": rows})
    return shown


def public_deadlines() -> QuerySet[Deadline]:
    """Deadlines of public decisions with what is shown of them: three queries in all."""
    return (
        Deadline.objects.filter(decision__is_public=True)
        .select_related("kind")
        .prefetch_related(
            Prefetch(
                "decision",
                Decision.objects.select_related("kind").prefetch_related(
                    Prefetch("editions", Edition.objects.filter(live=True))
                ),
            )
        )
    )


def open_deadlines(
    now: dt.datetime, limit: int = 3, *, of_comments: bool = False
) -> list[Deadline]:
    """Deadlines of public decisions that have not passed, the nearest first.

    `of_comments`: only those until which opinions are taken.

    Three queries whatever the limit: rows, their decisions, the texts of these. What a
    template shows of one is `shown_deadline(one, language, now)`.
    """
    rows = public_deadlines()
    if of_comments:
        rows = rows.filter(kind__takes_comments=True)
    return list(still_open(rows, now)[:limit])


def still_open(rows: QuerySet[Deadline], now: dt.datetime) -> QuerySet[Deadline]:
    """Those of some deadlines that have not passed, the nearest first."""
    local = now.astimezone(ALMATY)
    ahead = (
        Q(date__gt=local.date())
        | Q(date=local.date(), hour=None)
        | Q(date=local.date(), hour__gt=local.time())
    )
    return rows.filter(ahead).order_by("date", F("hour").asc(nulls_last=True), "pk")


def next_turn(now: dt.datetime) -> dt.datetime | None:
    """When a countdown of today says something else next; pages are not kept past it. One query."""
    today = now.astimezone(ALMATY).date()
    of_today = Deadline.objects.filter(decision__is_public=True, date=today, hour__isnull=False)
    rows = of_today.order_by().values_list("date", "hour")
    return min(filter(None, (next_step(date, hour, now) for date, hour in rows)), default=None)


def shown_deadline(deadline: Deadline, language: str, now: dt.datetime) -> dict[str, Any]:
    """A deadline as `components/deadline.html` and its chip show it; no query if prefetched.

    Beside what they ask for: `deadline` itself, its `kind` in words, `how`, `sent` and `answer` in
    the language, and for a list of deadlines the `title` and `address` of the decision.
    """
    state = countdown(deadline.date, deadline.hour, now)
    decision = deadline.decision
    address = decision.address_in(language)
    told = bool(deadline.sent or deadline.answer)
    how = deadline.said("how", language)
    anchor = f"{address}#deadline-{deadline.pk}"
    return {
        "deadline": deadline,
        "state": state.state,
        "days": state.days,
        "hours": state.hours,
        "date": deadline.date,
        "hour": deadline.hour,
        "kind": deadline.kind.label_in(language),
        "takes_comments": deadline.kind.takes_comments,
        "how": how,
        "languages": {
            name: deadline.language_of(name, language) for name in ("how", "sent", "answer")
        },
        "how_url": anchor if how else deadline.url,
        "url": deadline.url,
        "host": _host(deadline.url),
        "source": deadline.source,
        "source_host": _host(deadline.source),
        "ics_url": _calendar_address(deadline.pk, language),
        "answer_due": deadline.answer_due,
        "sent": deadline.said("sent", language),
        "answer": deadline.said("answer", language),
        "answer_url": anchor if told else "",
        "title": decision.title_in(language) or decision.naming(language),
        "address": address,
    }


def _host(text: str) -> str:
    """The host of a web address; empty for words."""
    parts = urlsplit(text) if text.startswith(("https://", "http://")) else None
    return (parts.hostname or "").removeprefix("www.") if parts else ""


def _calendar_address(pk: int, language: str) -> str:
    with override(language):
        return reverse("deadline_calendar", args=[pk])


def is_under_way(decision: Decision) -> bool:
    """Whether residents may still be asked about it: a draft that nothing has ended."""
    return decision.kind.is_draft and not (decision.status and decision.status.ends)


@dataclass(frozen=True)
class Place:
    """What applies in a district besides its own decisions; rows are the newest few."""

    district: District
    of_region: int
    of_republic: int
    region_rows: list[dict[str, Any]]
    republic_rows: list[dict[str, Any]]


def place_of(
    filters: Filters, language: str, length: int = 5, beside: Sequence[Decision] = ()
) -> Place | None:
    """The one district that was asked for, with what wider acts apply there; six queries.

    None if no district, several, or none that is known was asked for. Decisions `beside` are read
    for their rows by the same queries.
    """
    asked = filters.chosen.get("district", ())
    district = district_by_code(asked[0]) if len(asked) == 1 else None
    if district is None:
        read_rows(beside)
        return None
    # What ended, and what is only a draft, applies nowhere.
    public = Decision.objects.public().filter(kind__is_draft=False).exclude(status__ends=True)
    region = Q(region=district.region_id, district=None)
    republic = Q(region=None)
    counts = public.aggregate(
        of_region=Count("pk", filter=region), of_republic=Count("pk", filter=republic)
    )
    newest = public.newest_first().values("pk")
    wider = Decision.objects.filter(
        Q(pk__in=newest.filter(region)[:length]) | Q(pk__in=newest.filter(republic)[:length])
    )
    found = list(wider.newest_first().select_related("kind", "status"))
    read_rows([*found, *beside])
    rows = titles(found, language)
    return Place(
        district,
        counts["of_region"],
        counts["of_republic"],
        [row for row in rows if row["decision"].region_id],
        [row for row in rows if not row["decision"].region_id],
    )


def titles(decisions: Sequence[Decision], language: str) -> list[dict[str, Any]]:
    """For lists: decision, its title, the language of the title (another than the reader's).

    `described` names the bodies and `deadline` is the nearest day until which opinions are
    taken, for decisions read by `for_rows`.
    """
    rows, now = [], clock.now()
    for decision in decisions:
        edition = decision.edition_for(language)
        rows.append(
            {
                "decision": decision,
                "edition": edition,
                "title": edition.short_title if edition else decision.naming(language),
                "title_language": edition.language if edition else language,
                "naming": decision.naming(language),
                "described": " · ".join(
                    [
                        decision.naming(language),
                        *(body.label_in(language) for body in _prefetched(decision, "bodies")),
                    ]
                ),
                "address": decision.address_in(language),
                "missing": edition is not None and not edition.summary,
                "bare": edition is None,
                "deadline": _nearest(decision, language, now),
            }
        )
    return rows


def _prefetched(decision: Decision, name: str) -> list[Any]:
    """Rows that were read along; none for a decision named in passing: not worth a query each."""
    cache = getattr(decision, "_prefetched_objects_cache", {})
    return list(getattr(decision, name).all()) if name in cache else []


def _nearest(decision: Decision, language: str, now: dt.datetime) -> dict[str, Any] | None:
    for deadline in _prefetched(decision, "deadlines"):
        is_over = countdown(deadline.date, deadline.hour, now).state == "closed"
        if deadline.kind.takes_comments and not is_over:
            return shown_deadline(deadline, language, now)
    return None


def subject_at(path: str) -> Subject | None:
    """The public decision whose page a path is, for the journal; at most three queries."""
    language = path.lstrip("/").partition("/")[0]
    try:
        # Route words follow the active language, and the editor's is another than the page's.
        with override(language if language in LANGUAGES else "kk"):
            found = resolve(path.partition("?")[0])
    except Resolver404:
        return None
    pk = found.kwargs.get("pk")
    if found.url_name not in {"decision", "decision_by_id"} or not isinstance(pk, int):
        return None
    decision = Decision.objects.public().select_related("kind").filter(pk=pk).first()
    if decision is None:
        return None
    return Subject(
        "decision",
        pk,
        {code: decision.title_in(code) or decision.naming(code) for code in LANGUAGES},
        {code: decision.address_in(code) for code in LANGUAGES},
    )
