"""What a public change leaves behind: the journal and the search outbox, in one transaction.

Models call it (an edition is published by Wagtail itself), so it stands below the services.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import Q

from monitoring.core import clock
from monitoring.core.models import LANGUAGES
from monitoring.core.seeds import digest
from monitoring.decisions.models import Decision, Relation, Stage
from monitoring.decisions.steps import in_order
from monitoring.journal.models import Change
from monitoring.journal.services import record_change

SUBJECT = "decision"


def picture(decision: Decision) -> dict[str, Any]:
    """What a reader of the page sees of a decision, as JSON values; empty if it is not public.

    One query a relation; the caller passes a decision read afresh.
    """
    if not decision.is_public:
        return {}
    return {
        "kind": decision.kind.key,
        "number": decision.adoption_number,
        "register_number": decision.register_number,
        "date": _day(decision.date),
        "precision": decision.precision,
        "status": decision.status.key if decision.status else "",
        "status_date": _day(decision.status_date),
        "source_status": decision.source_status.key if decision.source_status else "",
        "verified": decision.verified,
        "region": decision.region.code if decision.region else "",
        "district": decision.district.code if decision.district else "",
        "bodies": sorted(decision.bodies.values_list("key", flat=True)),
        "topics": sorted(decision.topics.values_list("slug", flat=True)),
        "links": sorted(link.url or link.label_kk for link in decision.links.all()),
        "codes": sorted(str(code) for code in decision.codes.all()),
        "stages": [
            {
                "id": event.pk,
                "stage": event.stage.key,
                "date": _day(event.date),
                "precision": event.precision,
            }
            for event in decision.stage_events.filter(void=False, replaced_by=None)
            .select_related("stage")
            .order_by("pk")
        ],
        "procedures": [
            {"procedure": one.procedure.key, "since": _day(one.since)}
            for one in decision.procedures.select_related("procedure")
        ],
        "deadlines": [
            {
                "id": one.pk,
                "kind": one.kind.key,
                "date": _day(one.date),
                "hour": f"{one.hour:%H:%M}" if one.hour else "",
                "until": one.kind.takes_comments,
                "url": one.url,
                "how": one.how,
                "answer_due": _day(one.answer_due),
                "sent": one.sent,
                "answer": one.answer,
            }
            for one in decision.deadlines.select_related("kind").order_by("pk")
        ],
        "relations": _relations(decision),
        "votes": [
            {"id": vote.pk, "date": _day(vote.date), "result": vote.result, **vote.counts}
            for vote in decision.votes.filter(is_shown=True).order_by("pk")
        ],
        "editions": {
            code: {
                "short_title": edition.short_title,
                "official_title": edition.official_title,
                "summary": edition.summary,
            }
            for code, edition in decision.live_editions().items()
        },
        "texts": _texts(decision),
    }


def _relations(decision: Decision) -> list[dict[str, Any]]:
    """Those that the page shows: the other end is public too."""
    rows = Relation.objects.filter(
        Q(subject=decision, target__is_public=True) | Q(target=decision, subject__is_public=True)
    )
    return [
        {
            "id": one.pk,
            "kind": one.kind,
            "is_subject": one.subject_id == decision.pk,
            "other": one.target_id if one.subject_id == decision.pk else one.subject_id,
            "date": _day(one.date),
            "precision": one.precision,
        }
        for one in rows.order_by("pk")
    ]


def _texts(decision: Decision) -> list[dict[str, str]]:
    """The days and hashes of the versions of the text: their words would be too long to keep."""
    latest = {}
    for row in decision.text_versions.defer("text").order_by("pk"):
        latest[row.language, row.valid_from] = row
    return [
        {"language": language, "valid_from": _day(day), "sha256": row.sha256}
        for (language, day), row in sorted(latest.items())
        if not row.void
    ]


def _day(date: dt.date | None) -> str:
    return date.isoformat() if date else ""


_open: ContextVar[frozenset[int]] = ContextVar("decisions whose change is being written")


@contextmanager
def public_change(
    decision_id: int, kind: str = Change.Kind.UPDATED, *, announce: bool = True
) -> Iterator[None]:
    """Everything written inside becomes one change of the public record, or none at all.

    1. Opens a transaction and locks the decision. 2. Notes what a reader sees. 3. Lets the caller
    write. 4. Decides anew whether the decision is public. 5. If a reader sees something else now,
    writes one Change; in any case the search outbox. Inside another one for the same decision it
    does nothing of its own: five texts published at once are one piece of news.
    """
    if decision_id in _open.get(frozenset()):
        yield
        return
    token = _open.set(_open.get(frozenset()) | {decision_id})
    try:
        with transaction.atomic():
            before = picture(_locked(decision_id))
            yield
            _settle(decision_id, before, kind, announce=announce)
    finally:
        _open.reset(token)


def _locked(decision_id: int) -> Decision:
    return Decision.objects.select_for_update().get(pk=decision_id)


def _settle(decision_id: int, before: dict[str, Any], kind: str, *, announce: bool) -> None:
    from monitoring.search.services import touch

    decision = Decision.objects.select_related(
        "kind", "status", "source_status", "region", "district"
    ).get(pk=decision_id)
    live = decision.editions.filter(live=True).exists()
    decision.is_public = decision.visibility == Decision.Visibility.SHOWN or (
        decision.visibility == Decision.Visibility.AUTO and live
    )
    decision.updated_at = clock.now()
    if decision.is_public and decision.published_at is None:
        decision.published_at = decision.updated_at
    decision.stage = _stage(decision)
    after = picture(decision)
    if after != before:
        decision.changed_at = decision.updated_at
    decision.save(update_fields=["is_public", "published_at", "updated_at", "changed_at", "stage"])
    touch(SUBJECT, [decision_id])
    if after == before:
        return
    if not before:
        kind = Change.Kind.PUBLISHED
    elif not after:
        kind = Change.Kind.WITHDRAWN
    shown = (after or before)["editions"]  # what went away is named as it stood there
    fallback = next((edition["short_title"] for edition in shown.values()), "")
    record_change(
        kind=kind,
        subject=SUBJECT,
        subject_id=decision_id,
        titles={
            code: shown.get(code, {}).get("short_title") or fallback or decision.naming(code)
            for code in LANGUAGES
        },
        addresses={code: decision.address_in(code) for code in LANGUAGES},
        before=before,
        after=after,
        fingerprint=digest(after),
        announce=announce,
    )


def _stage(decision: Decision) -> Stage | None:
    """The stage of its last step; one query."""
    standing = decision.stage_events.filter(void=False, replaced_by=None)
    events = in_order(standing.select_related("stage"))
    return events[-1].stage if events else None
