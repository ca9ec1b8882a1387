"""Writes of the room `decisions`. Every public change leaves a Change and search outbox rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models, transaction

from monitoring.core import clock
from monitoring.core.dates import Precision
from monitoring.decisions.models import (
    Code,
    Deadline,
    DeadlineKind,
    Decision,
    DecisionKind,
    Edition,
    FieldSource,
    Link,
    Stage,
    StageEvent,
)
from monitoring.decisions.publication import public_change
from monitoring.evidence.models import Snapshot
from monitoring.institutions.models import Body
from monitoring.vocabulary.models import Status, Topic

COLUMNS = (
    "kind",
    "adoption_number",
    "register_number",
    "date",
    "precision",
    "status",
    "status_date",
    "source_status",
    "region",
    "district",
    "verified",
    "is_key",
    "note",
    "visibility",
)
"""Facts that stand in columns of their own."""
SETS = ("bodies", "topics", "events")
"""Facts that are sets of other records."""
ROWS = ("links", "codes")
"""Facts that are rows: links as mappings or addresses, codes as {collection: value} or pairs."""


class ConflictError(Exception):
    """Somebody saved a newer version of the facts; nothing was written."""

    def __init__(self, current: Decision) -> None:
        super().__init__(f"decision {current.pk} is at version {current.version}")
        self.current = current


class DeadlineConflictError(Exception):
    """Somebody saved a newer version of a deadline; nothing was written."""

    def __init__(self, current: Deadline) -> None:
        super().__init__(f"deadline {current.pk} is at version {current.version}")
        self.current = current


def create_decision(
    *,
    kind: DecisionKind,
    date: dt.date | None = None,
    precision: str = Precision.DAY,
    bodies: Iterable[Body] = (),
    topics: Iterable[Topic] = (),
    editions: Mapping[str, Mapping[str, str]] | None = None,
    number: str = "",
    links: Iterable[str | Mapping[str, Any]] = (),
    snapshot: Snapshot | None = None,
    source: str = "",
    by: Any = None,
    public: bool = False,
    announce: bool = True,
    key: str | None = None,
    **facts: Any,
) -> Decision:
    """A new decision with its first texts, as one change.

    `editions` holds by language title, official_title, summary; they are drafts unless `public`.
    `snapshot` (evidence.Snapshot) or `source` (an address, a book) says where the facts come from,
    `by` who entered them; `facts` are further COLUMNS, SETS and ROWS. Raises ValidationError with
    the field's name; nothing is written then.
    """
    if date is None:
        precision = Precision.UNKNOWN
    facts |= {
        "kind": kind,
        "date": date,
        "precision": precision,
        "adoption_number": number,
        "bodies": list(bodies),
        "topics": list(topics),
        "links": list(links),
    }
    decision = Decision(key=key)
    with transaction.atomic():
        _set_columns(decision, facts)
        decision.full_clean()
        decision.save()
        with public_change(decision.pk, announce=announce):
            _set_relations(decision, facts)
            _note_sources(decision, facts, snapshot=snapshot, source=source, by=by)
            for language, words in (editions or {}).items():
                add_edition(decision=decision, language=language, by=by, publish=public, **words)
            if public and not editions:
                decision.visibility = Decision.Visibility.SHOWN
                decision.save(update_fields=["visibility"])
    return Decision.objects.get(pk=decision.pk)


def update_decision(
    *,
    decision: Decision,
    version: int | None = None,
    snapshot: Snapshot | None = None,
    source: str = "",
    by: Any = None,
    announce: bool = True,
    **facts: Any,
) -> Decision:
    """Correct or complete facts; returns the decision read afresh.

    With `version` (the one the person was shown) a newer version raises ConflictError. A machine's
    update (`by` is None) leaves fields alone that a person wrote last. Raises ValidationError;
    nothing is written then.
    """
    unknown = set(facts) - {*COLUMNS, *SETS, *ROWS}
    if unknown:
        raise TypeError(f"no such facts: {sorted(unknown)}")
    with public_change(decision.pk, "updated", announce=announce):
        fresh = Decision.objects.get(pk=decision.pk)
        if version is not None and fresh.version != version:
            raise ConflictError(fresh)
        if by is None:
            facts = {name: value for name, value in facts.items() if name not in _by_hand(fresh)}
        changed = {name: value for name, value in facts.items() if _differs(fresh, name, value)}
        if changed:
            _set_columns(fresh, changed)
            fresh.version += 1
            fresh.full_clean()
            fresh.save()
            _set_relations(fresh, changed)
            _note_sources(fresh, changed, snapshot=snapshot, source=source, by=by)
    return Decision.objects.get(pk=decision.pk)


def add_edition(
    *,
    decision: Decision,
    language: str,
    title: str = "",
    official_title: str = "",
    summary: str = "",
    by: Any = None,
    publish: bool = False,
) -> Edition:
    """The first text of a decision in a language, draft or published. Raises ValidationError."""
    edition = Edition(
        decision=decision,
        language=language,
        title=title,
        official_title=official_title,
        summary=summary,
        live=False,
    )
    with public_change(decision.pk, "edition"):
        edition.full_clean()
        edition.save()
        revision = edition.save_revision(user=by)
        if publish:
            revision.publish(user=by, skip_permission_checks=True)
    return Edition.objects.get(pk=edition.pk)


def add_stage_event(
    *,
    decision: Decision,
    stage: Stage,
    date: dt.date | None = None,
    precision: str = Precision.DAY,
    body: Body | None = None,
    number: str = "",
    titles: Mapping[str, str] | None = None,
    url: str = "",
    verified: str = "no",
    note: str = "",
    key: str | None = None,
    replaces: StageEvent | None = None,
    void: bool = False,
    status: Status | None = None,
    by: Any = None,
    announce: bool = True,
) -> StageEvent:
    """A step the decision took, with the status it brought if any; a correction names `replaces`.

    Without a date the step was taken and its date was not found. Raises ValidationError.
    """
    event = StageEvent(
        decision=decision,
        stage=stage,
        date=date,
        precision=precision if date else Precision.UNKNOWN,
        body=body,
        number=number,
        titles=dict(titles or {}),
        url=url,
        verified=verified,
        note=note,
        key=key,
        replaces=replaces,
        void=void,
        by=by,
    )
    with public_change(decision.pk, "stage", announce=announce):
        event.full_clean()
        event.save()
        if status is not None:
            update_decision(decision=decision, status=status, status_date=date, by=by)
    return event


def add_deadline(
    *,
    decision: Decision,
    kind: DeadlineKind,
    date: dt.date,
    source: str,
    by: Any,
    announce: bool = True,
    **said: Any,
) -> Deadline:
    """A deadline that was announced; `source` says where (an address, or words).

    `said` are further columns: hour, url, answer_due, and how, sent, answer as texts by language.
    Raises ValidationError with the field's name; nothing is written then.
    """
    deadline = Deadline(decision=decision, kind=kind, date=date, source=source, **said)
    with public_change(decision.pk, "deadline", announce=announce):
        deadline.full_clean()
        deadline.save()
        _note_deadline(deadline, by)
    return Deadline.objects.get(pk=deadline.pk)


def update_deadline(
    *, deadline: Deadline, by: Any, version: int | None = None, announce: bool = True, **said: Any
) -> Deadline:
    """Correct a deadline, or say what was sent and answered; returns it read afresh.

    With `version` (the one the person was shown) a newer version raises DeadlineConflictError.
    """
    with public_change(deadline.decision_id, "deadline", announce=announce):
        fresh = Deadline.objects.get(pk=deadline.pk)
        if version is not None and fresh.version != version:
            raise DeadlineConflictError(fresh)
        for name, value in said.items():
            setattr(fresh, name, value)
        fresh.version += 1
        fresh.updated_at = clock.now()
        fresh.full_clean()
        fresh.save()
        _note_deadline(fresh, by)
    return Deadline.objects.get(pk=deadline.pk)


def remove_deadline(*, deadline: Deadline, announce: bool = True) -> None:
    """Take away a deadline that was entered by mistake; the journal keeps what stood there."""
    with public_change(deadline.decision_id, "deadline", announce=announce):
        deadline.delete()


def _note_deadline(deadline: Deadline, by: Any) -> None:
    FieldSource.objects.create(
        decision_id=deadline.decision_id,
        field=f"deadline-{deadline.pk}",
        value=f"{deadline.date} {deadline.hour or ''}".strip(),
        source=deadline.source,
        by=by,
        at=clock.now(),
    )


def publish_decision(*, decision: Decision, by: Any, announce: bool = True) -> Decision:
    """Show a decision to readers, whether or not it has a published text."""
    return update_decision(
        decision=decision, visibility=Decision.Visibility.SHOWN, by=by, announce=announce
    )


def withdraw_decision(*, decision: Decision, by: Any) -> Decision:
    """Take a decision from readers, whatever texts it has; the record itself stays."""
    return update_decision(decision=decision, visibility=Decision.Visibility.WITHDRAWN, by=by)


def note_checked(*, decision: Decision, by: Any) -> int:
    """An analyst compared a decision with its source today and found it right.

    Writes the day to the links that lead to a source; the record itself reads as before, so nothing
    is announced. Returns how many links were dated; 0 says that there is nothing to compare with.
    """
    with transaction.atomic():
        dated = decision.links.exclude(url="").update(checked=clock.today())
        if dated:
            today = clock.today().isoformat()
            FieldSource.objects.create(decision=decision, field="checked", value=today, by=by)
    return dated


def _set_columns(decision: Decision, facts: Mapping[str, Any]) -> None:
    for name in COLUMNS:
        if name in facts:
            setattr(decision, name, facts[name])
    if decision.district and "region" not in facts:
        decision.region = decision.district.region
    decision.year = decision.date.year if decision.date else None
    decision.sort_date = decision.date or dt.date.min
    if decision.visibility == Decision.Visibility.WITHDRAWN:
        decision.is_public = False  # the database refuses the pair


def _set_relations(decision: Decision, facts: Mapping[str, Any]) -> None:
    for name in SETS:
        if name in facts:
            getattr(decision, name).set(facts[name])
    if "links" in facts:
        wanted = _with_days(decision, _links(facts["links"]))
        decision.links.all().delete()
        for values in wanted:
            link = Link(decision=decision, **values)
            link.full_clean()
            link.save()
    if "codes" in facts:
        decision.codes.all().delete()
        for collection, value in _pairs(facts["codes"]):
            code = Code(decision=decision, collection=collection, value=value)
            code.full_clean()
            code.save()


def _pairs(codes: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(codes.items() if isinstance(codes, Mapping) else codes)


def _links(given: Iterable[str | Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = [{"url": link} if isinstance(link, str) else dict(link) for link in given]
    seen: set[str] = set()
    kept = []
    for row in rows:
        url = row.get("url", "")
        if url and url in seen:
            continue
        seen.add(url)
        kept.append(row)
    return kept


def _with_days(decision: Decision, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The form knows no dates: a link that stays keeps the day on which it was last checked."""
    known = dict(decision.links.exclude(url="").values_list("url", "checked"))
    return [{"checked": known.get(row.get("url", "")), **row} for row in rows]


def _differs(decision: Decision, name: str, value: Any) -> bool:
    if name in COLUMNS:
        return bool(getattr(decision, name) != value)
    return _as_text(decision, name, None) != _as_text(decision, name, value)


def _as_text(decision: Decision, name: str, value: Any) -> str:
    """A fact as it is noted beside its source: one form for what is given and what is stored."""
    if name in SETS:
        rows = getattr(decision, name).all() if value is None else value
        return json.dumps(sorted(row.pk for row in rows))
    if name == "links":
        fields = ("url", "label_kk", "label_ru", "label_en", "checked")
        given = [] if value is None else _with_days(decision, _links(value))
        stored = decision.links.values(*fields) if value is None else given
        rows = [[str(row.get(field) or "") for field in fields] for row in stored]
        return json.dumps(rows, ensure_ascii=False)
    if name == "codes":
        stored_codes = decision.codes.values_list("collection", "value")
        return json.dumps(sorted(stored_codes if value is None else _pairs(value)))
    value = getattr(decision, name)
    if isinstance(value, models.Model):
        return str(value.pk)
    return "" if value is None else str(value)


def _note_sources(
    decision: Decision, facts: Iterable[str], *, snapshot: Snapshot | None, source: str, by: Any
) -> None:
    now = clock.now()
    FieldSource.objects.bulk_create(
        FieldSource(
            decision=decision,
            field=name,
            value=_as_text(decision, name, None),
            source=source,
            snapshot=snapshot,
            by=by,
            at=now,
        )
        for name in facts
    )


def _by_hand(decision: Decision) -> set[str]:
    """Fields whose present value a person wrote."""
    last: dict[str, bool] = {}
    for field, by in decision.field_sources.order_by("pk").values_list("field", "by"):
        last[field] = by is not None
    return {field for field, person in last.items() if person}
