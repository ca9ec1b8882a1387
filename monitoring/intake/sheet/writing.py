"""Decisions of a table, written in one short transaction: everything is made before it begins."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from monitoring.core import clock
from monitoring.core.bulk import Statements, reserve_ids
from monitoring.core.dates import Precision
from monitoring.core.models import LANGUAGES
from monitoring.core.seeds import digest
from monitoring.decisions.models import (
    Code,
    Decision,
    Edition,
    FieldSource,
    Link,
    TaggedDecision,
)
from monitoring.decisions.models.editions import title_key
from monitoring.decisions.publication import SUBJECT, picture
from monitoring.intake.sheet.kinds import RowPlan
from monitoring.journal.models import Change
from monitoring.search.services import touch

_BATCH = 500
_SETS = ("bodies", "topics", "codes", "links")


def prepare(
    new: Sequence[RowPlan], changed: Sequence[RowPlan], file: str, by: Any
) -> Callable[[], None]:
    """All rows of a table as statements. What is returned runs them in the caller's transaction.

    New decisions are shown to nobody before a text of theirs is published; changes of public ones
    stand in the journal and are not announced. Raises ValidationError when somebody changed one
    of the decisions since it was looked at.
    """
    work = _Work(file, by)
    ids = reserve_ids(Decision, len(new))
    fresh = [work.decision(Decision(pk=pk), row) for pk, row in zip(ids, new, strict=True)]
    work.log("wagtail.create", zip(fresh, new, strict=True))
    stand: dict[int, Decision] = {}
    for start in range(0, len(changed), _BATCH):
        part = [row.pk for row in changed[start : start + _BATCH]]
        stand |= Decision.objects.select_related(
            "kind", "status", "source_status", "region", "district"
        ).in_bulk(part)  # fmt: skip
    pictures = _pictures([one.pk for one in stand.values() if one.is_public])
    old = []
    for row in changed:
        decision = stand.get(row.pk or 0)
        if decision is None or decision.version != row.version:
            raise _changed(row.name)
        old.append(work.decision(decision, row))
    work.log("wagtail.edit", zip(old, changed, strict=True))
    statements = Statements()
    statements.insert(fresh)
    columns = [f.name for f in Decision._meta.concrete_fields if not f.primary_key]
    statements.insert(old, update=columns)
    for rows in (
        work.editions, work.bodies, work.topics, work.codes, work.links, work.sources, work.entries,
        _changes(old, changed, pictures, work),
    ):  # fmt: skip
        statements.insert(rows)
    versions = {row.pk or 0: (row.version, row.name) for row in changed}
    ids += list(versions)

    def run() -> None:
        _lock(versions)
        for start in range(0, len(changed), _BATCH):
            part = changed[start : start + _BATCH]
            for name, model in (("bodies", Decision.bodies.through), ("topics", TaggedDecision)):
                key = "decision_id" if name == "bodies" else "content_object_id"
                pks = [row.pk for row in part if name in row.values]
                if pks:
                    model._base_manager.filter(**{f"{key}__in": pks}).delete()
        statements.run()
        touch(SUBJECT, ids)

    return run


def _changed(name: str) -> ValidationError:
    return ValidationError(
        _("“%(name)s” was changed while you were looking. Nothing was written.") % {"name": name},
        code="changed",
    )


def _lock(versions: dict[int, tuple[int, str]]) -> None:
    """Each decision is locked, and still at the version that was compared."""
    ids = sorted(versions)
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        rows = Decision.objects.select_for_update().filter(pk__in=part).order_by("pk")
        found = dict(rows.values_list("pk", "version"))
        for pk in part:
            if found.get(pk) != versions[pk][0]:
                raise _changed(versions[pk][1])


class _Work:
    """The rows that a table makes, one list a model."""

    def __init__(self, file: str, by: Any) -> None:
        self.file, self.by, self.now, self.mark = file, by, clock.now(), uuid.uuid4()
        self.editions: list[Edition] = []
        self.bodies: list[Any] = []
        self.topics: list[TaggedDecision] = []
        self.codes: list[Code] = []
        self.links: list[Link] = []
        self.sources: list[FieldSource] = []
        self.entries: list[ModelLogEntry] = []
        self._kind = ContentType.objects.get_for_model(Decision)

    def decision(self, decision: Decision, row: RowPlan) -> Decision:
        """The decision with what the row says, its version counted up."""
        values = dict(row.values)
        is_new = decision._state.adding
        for name, value in values.items():
            if name not in (*_SETS, "editions"):
                is_day = name in ("date", "status_date")
                setattr(decision, name, dt.date.fromisoformat(value) if is_day else value)
        if decision.date is None:
            decision.precision = Precision.UNKNOWN
        decision.year = decision.date.year if decision.date else None
        decision.sort_date = decision.date or dt.date.min
        decision.updated_at = self.now
        if not is_new:
            decision.version += 1
        through: Any = Decision.bodies.through
        self.bodies += [
            through(decision_id=decision.pk, body_id=one) for one in values.get("bodies", ())
        ]
        self.topics += [
            TaggedDecision(content_object_id=decision.pk, tag_id=one)
            for one in values.get("topics", ())
        ]
        self.codes += [
            Code(decision_id=decision.pk, collection=one[0], value=one[1])
            for one in values.get("codes", ())
        ]
        self.links += [Link(decision_id=decision.pk, **one) for one in values.get("links", ())]
        for code, words in values.get("editions", {}).items():
            self.editions.append(
                Edition(
                    decision_id=decision.pk, language=code, live=False,
                    has_unpublished_changes=True,
                    title_key=title_key(words["title"]),
                    official_key=title_key(words["official_title"]), **words,
                )
            )  # fmt: skip
        self._note(decision, row)
        return decision

    def _note(self, decision: Decision, row: RowPlan) -> None:
        """Where each value came from: the file, the row, the person."""
        for name, value in row.values.items():
            if name == "editions":
                continue
            said = json.dumps(value, ensure_ascii=False) if name in _SETS else str(value)
            self.sources.append(
                FieldSource(
                    decision_id=decision.pk, field=name.removesuffix("_id"), value=said,
                    source=f"{self.file}, {row.line}", by=self.by, at=self.now,
                )
            )  # fmt: skip

    def log(self, action: str, pairs: Iterable[tuple[Decision, RowPlan]]) -> None:
        """Wagtail's history of each, as its own `log` writes it."""
        for decision, row in pairs:
            self.entries.append(
                ModelLogEntry(
                    content_type=self._kind, object_id=str(decision.pk), action=action,
                    label=(row.name or str(decision.pk))[:255], timestamp=self.now, user=self.by,
                    uuid=self.mark, data={"file": self.file, "row": row.line}, content_changed=True,
                )
            )  # fmt: skip


def _pictures(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What readers see of public decisions: it is what their last change says."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), _BATCH):
        rows = Change.objects.filter(subject=SUBJECT, subject_id__in=ids[start : start + _BATCH])
        found |= {row.subject_id: row.after for row in rows.order_by("pk")}
    for pk in ids:
        if not found.get(pk):
            found[pk] = picture(Decision.objects.get(pk=pk))
    return found


def _changes(
    old: Sequence[Decision], rows: Sequence[RowPlan], pictures: dict[int, Any], work: _Work
) -> list[Change]:
    from monitoring.institutions.models import Body
    from monitoring.vocabulary.models import District, Region, Status, Topic

    keys: dict[str, dict[int, str]] = {
        "bodies": dict(Body.objects.values_list("pk", "key")),
        "topics": dict(Topic.objects.values_list("pk", "slug")),
        "status": dict(Status.objects.values_list("pk", "key")),
        "region": dict(Region.objects.values_list("pk", "code")),
        "district": dict(District.objects.values_list("pk", "code")),
        "kind": dict(type(old[0].kind).objects.values_list("pk", "key")) if old else {},
    }
    made = []
    for decision, row in zip(old, rows, strict=True):
        before = pictures.get(decision.pk)
        if before is None:
            continue
        after = _pictured(before, row.values, keys)
        if after == before:
            continue
        shown = after["editions"]
        fallback = next((one["short_title"] for one in shown.values()), "")
        titles = {
            code: shown.get(code, {}).get("short_title") or fallback or decision.naming(code)
            for code in LANGUAGES
        }
        made.append(
            Change(
                at=work.now, kind=Change.Kind.UPDATED, subject=SUBJECT, subject_id=decision.pk,
                titles=titles, addresses={code: decision.address_in(code) for code in LANGUAGES},
                before=before, after=after, fingerprint=digest(after), announce=False,
            )
        )  # fmt: skip
    return made


def _pictured(before: dict[str, Any], values: dict[str, Any], keys: Any) -> dict[str, Any]:
    """The picture with what a row writes; `decisions.publication.picture` has the shape."""
    after = dict(before)
    if "adoption_number" in values:
        after["number"] = values["adoption_number"]
    for name in ("register_number", "date", "precision", "status_date", "verified"):
        if name in values:
            after[name] = values[name]
    for name in ("kind", "status", "region", "district"):
        if f"{name}_id" in values:
            after[name] = keys[name].get(values[f"{name}_id"], "")
    for name in ("bodies", "topics"):
        if name in values:
            after[name] = sorted(keys[name][pk] for pk in values[name])
    if "codes" in values:
        after["codes"] = sorted([*before["codes"], *(" ".join(one) for one in values["codes"])])
    if "links" in values:
        new = [one["url"] or one["label_kk"] for one in values["links"]]
        after["links"] = sorted([*before["links"], *new])
    return after
