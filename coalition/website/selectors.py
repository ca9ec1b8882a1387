"""Reads of the room `website`: what the home page and plain pages gather."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Prefetch, Q, Subquery, prefetch_related_objects
from django.urls import reverse
from wagtail.models import Page

from coalition.memorandum.models import Version
from coalition.pages.selectors import in_language
from coalition.registry.models import Organisation, Standing
from coalition.website import guide
from coalition.website.frame import address, links
from coalition.website.models import HomePage, StandardPage
from monitoring.core import clock, sections
from monitoring.decisions.models import Deadline, Decision, Edition, StageEvent
from monitoring.decisions.publication import SUBJECT
from monitoring.decisions.selectors import shown_deadline, still_open
from monitoring.decisions.wording import sentence
from monitoring.evidence.models import Source
from monitoring.journal.models import Change
from monitoring.vocabulary.models import Verified
from monitoring.vocabulary.selectors import districts_by_region

LATEST = 4
"""Rows of the record on the home page."""


@dataclass(frozen=True)
class Step:
    """One step of the law's path: the words are the home page's, all else the record's."""

    year: int | None
    url: str
    stopped: bool
    doubt: str
    """How sure the record is, in words; empty if checked against an official text."""
    text: str


def children_of(page: StandardPage) -> list[Page]:
    """The pages below a plain page that exist in its language, in the editors' order."""
    return list(in_language(page.get_children(), page.locale.language_code).specific())


def home_context(page: HomePage) -> dict[str, Any]:
    """What the home page shows of the rooms below. Eight queries and those of the sections."""
    language = page.locale.language_code
    now = clock.now()
    wanted = [(str(block.value["key"]), str(block.value["text"])) for block in page.path_of_law]
    keys = [key for key, _text in wanted]
    changes = _changes()
    events = _events(keys, changes)
    decisions = _decisions(keys)
    facts = _facts()
    newest = [one for one in decisions if getattr(one, "is_newest", False)]
    deadline = next_deadline(now)
    titled = [*newest, *([deadline.decision] if deadline else [])]
    prefetch_related_objects(titled, Prefetch("editions", Edition.objects.filter(live=True)))
    known = {
        **_acts(decisions, keys, language),
        **_stages(events, keys, language),
        **_versions(facts["memorandum"], keys, language),
    }
    topics = guide.by_topic(language)
    return {
        "deadline": _shown(deadline, language, now, topics.get("draft", "")),
        "rows": [*_changed(changes, events, language), *_documents(newest, changes, language)][
            :LATEST
        ],
        "checked_at": facts["checked"],
        "decision_count": next((getattr(one, "of", 0) for one in newest), 0),
        "steps": [Step(*known[key], text=text) for key, text in wanted if key in known],
        "actions": _actions(page, topics),
        "how_to_comment": topics.get("draft", ""),
        "founders": facts["founders"],
        "confirmed": facts["confirmed"],
        "districts": districts_by_region(language),
        "links": links(("members", "memorandum", "funding"), language),
        "sections": sections.collect("home", [0], language)[0],
    }


def next_deadline(now: dt.datetime) -> Deadline | None:
    """The nearest day by which residents can do something about a public decision. One query."""
    public = Deadline.objects.filter(decision__is_public=True, kind__takes_comments=True)
    return still_open(public.select_related("kind", "decision__kind"), now).first()


def _shown(
    deadline: Deadline | None, language: str, now: dt.datetime, guide_url: str
) -> dict[str, Any] | None:
    """The deadline in words; where nobody wrote how to take part, the guide says how."""
    if deadline is None:
        return None
    shown = shown_deadline(deadline, language, now)
    return {**shown, "how_url": shown["how_url"] or guide_url}


def _changes() -> list[Change]:
    """The newest announced changes of public decisions, one a decision. One query."""
    public = Decision.objects.public().values("pk")
    latest = Change.objects.announced().filter(subject=SUBJECT, subject_id__in=public)
    found: dict[int, Change] = {}
    for change in latest.order_by("-pk")[: 5 * LATEST]:
        found.setdefault(change.subject_id, change)
    return list(found.values())[:LATEST]


def _events(keys: list[str], changes: list[Change]) -> list[StageEvent]:
    """The steps that the law's path names or that were just taken. One query."""
    new = [event["id"] for change in changes for event in change.after.get("stages", [])]
    rows = StageEvent.objects.filter(
        Q(key__in=keys) | Q(pk__in=new), void=False, replaced_by=None, decision__is_public=True
    )
    return list(rows.select_related("stage", "decision__kind"))


def _decisions(keys: list[str]) -> list[Decision]:
    """The newest decisions, marked `is_newest` and with the number of all, and the path's. One."""
    public = Decision.objects.public()
    newest = public.newest_first().values("pk")[:LATEST]
    total = public.order_by().values("is_public").annotate(n=Count("pk")).values("n")
    rows = public.filter(Q(key__in=keys) | Q(pk__in=newest)).select_related("kind", "status")
    found = list(rows.newest_first().annotate(of=Subquery(total)))
    for one in found[:LATEST]:  # the path's own are older, or among the newest
        one.is_newest = True  # type: ignore[attr-defined]  # for this page only
    return found


def _changed(
    changes: list[Change], events: list[StageEvent], language: str
) -> list[dict[str, Any]]:
    """What changed, in words, as rows of the record; the title as it stood at the change."""
    stages = {event.stage.key: event.stage for event in events}
    return [
        {
            "date": change.at.astimezone(clock.ALMATY).date(),
            "url": change.addresses[language],
            "title": change.titles[language],
            "text": sentence(change, language, stages),
        }
        for change in changes
    ]


def _documents(
    newest: list[Decision], changes: list[Change], language: str
) -> list[dict[str, Any]]:
    """The newest documents that stand not among the changes already."""
    told = {change.subject_id for change in changes}
    rows = []
    for one in newest:
        if one.pk in told:
            continue
        edition = one.edition_for(language)
        rows.append(
            {
                "date": one.date,
                "precision": one.precision,
                "meta": one.naming(language),
                "url": one.address_in(language),
                "title": edition.short_title if edition else one.naming(language),
                "title_language": edition.language if edition else language,
                "text": edition.first_line if edition else "",
                "status": one.status,
            }
        )
    return rows


def _actions(page: HomePage, topics: dict[str, str]) -> list[dict[str, str]]:
    made = []
    for block in page.actions:
        target = str(block.value.get("target") or "")
        url = reverse("subscribe") if target == "mail" else topics.get(target, "")
        made.append({"title": block.value["title"], "text": block.value["text"], "url": url})
    return made


def _facts() -> dict[str, Any]:
    """Founders of 2005, members confirmed by now (never added up), and two days. One query.

    `checked`: when a source of the record last answered; `memorandum`: year by number of version.
    """
    read = Source.objects.exclude(last_success_at=None).order_by("-last_success_at")
    signed = Version.objects.filter(number=1).values("adopted_from")[:1]
    found = (
        Organisation.objects.with_standing()
        .annotate(read=Subquery(read.values("last_success_at")[:1]), signed=Subquery(signed))
        .aggregate(
            founders=Count("pk", filter=Q(number__isnull=False)),
            confirmed=Count("pk", filter=Q(standing_kind=Standing.Kind.CONFIRMED)),
            checked=Max("read"),
            memorandum=Max("signed"),
        )
    )
    return dict(found)


Found = tuple[int | None, str, bool, str]


def _acts(decisions: list[Decision], keys: list[str], language: str) -> dict[str, Found]:
    return {
        str(one.key): (
            one.year,
            one.address_in(language),
            one.status is not None and one.status.key == "withdrawn",
            _doubt(one.verified),
        )
        for one in decisions
        if one.key in keys
    }


def _stages(events: list[StageEvent], keys: list[str], language: str) -> dict[str, Found]:
    return {
        str(one.key): (
            one.date.year if one.date else None,
            one.decision.address_in(language),
            one.stage.ends,
            _doubt(one.verified),
        )
        for one in events
        if one.key in keys
    }


def _versions(signed: dt.date | None, keys: list[str], language: str) -> dict[str, Found]:
    """The coalition's own step, "memorandum-1": no record of the tracker."""
    if signed is None or "memorandum-1" not in keys:
        return {}
    return {"memorandum-1": (signed.year, address("memorandum", language), False, "")}


def _doubt(verified: str) -> str:
    return "" if verified == Verified.YES else str(Verified(verified).label)
