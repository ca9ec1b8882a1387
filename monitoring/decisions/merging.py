"""Two records of one act become one, and can be taken apart again. Nothing is lost or deleted.

The double is taken from readers and its addresses lead to the record that is kept. Rows that hang
on it move; what the kept record has already stays where it is. Steps and the words of the act are
append-only: the kept record gets copies, and to take the two apart voids them. The journal stays as
it was written. Rooms above register what they carry: `register("intake", move, back)`. Readers'
subscriptions name topics and bodies, which the kept record takes over, so none is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from monitoring.core import clock
from monitoring.decisions.models import (
    Code,
    Deadline,
    Decision,
    DecisionAlias,
    DecisionProcedure,
    Edition,
    FieldSource,
    Link,
    Merge,
    Relation,
    StageEvent,
    TextVersion,
    VoteEvent,
)
from monitoring.decisions.publication import public_change
from monitoring.decisions.services import COLUMNS, add_stage_event, update_decision
from monitoring.decisions.versions import versions_of, withdraw_text_version

FACTS = tuple(name for name in COLUMNS if name not in {"visibility", "precision"})
"""What may disagree; a date goes with its precision."""
Move = Callable[[int, int], Any]
"""(kept, gone) -> what was moved, as JSON."""
Back = Callable[[int, int, Any], None]
"""(kept, gone, what was moved)."""

_above: dict[str, tuple[Move, Back]] = {}


def register(name: str, move: Move, back: Back) -> None:
    """A room above moves what it has hung on the double, and moves it back. In one transaction."""
    _above[name] = (move, back)


def conflicts(kept: Decision, gone: Decision) -> dict[str, tuple[Any, Any]]:
    """Facts of which both records have one and not the same: the analyst chooses."""
    pairs = {name: (getattr(kept, name), getattr(gone, name)) for name in FACTS}
    return {
        name: (mine, theirs)
        for name, (mine, theirs) in pairs.items()
        if mine not in (None, "") and theirs not in (None, "") and mine != theirs
    }


def seen_of(kept: Decision, gone: Decision) -> str:
    """Changes with every write to one of the two records or to what hangs on it."""
    return " ".join(f"{one.version}:{one.updated_at.isoformat()}" for one in (kept, gone))


def merge_decisions(
    *,
    kept: Decision,
    gone: Decision,
    by: Any,
    from_gone: Collection[str] = (),
    seen: str | None = None,
) -> Merge:
    """Make `gone` a part of `kept`; readers of the one are led to the other.

    `from_gone` names the facts in conflict for which the double is right. What the kept
    record lacks it takes in any case. `seen` is the `seen_of` that the person was shown. Raises
    ValidationError under `other` or `seen`; nothing is written then.
    """
    if kept.pk == gone.pk:
        raise ValidationError({"other": _("A document cannot be merged with itself.")})
    first, second = sorted((kept.pk, gone.pk))
    with (
        transaction.atomic(),
        public_change(first, announce=False),
        public_change(second, announce=False),
    ):
        if current_merge(kept.pk) or current_merge(gone.pk):
            raise ValidationError({"other": _("One of the two is merged with another already.")})
        kept, gone = Decision.objects.get(pk=kept.pk), Decision.objects.get(pk=gone.pk)
        if seen is not None and seen != seen_of(kept, gone):
            raise ValidationError(
                {
                    "seen": _(
                        "Somebody changed one of the two after you opened this page. "
                        "Nothing was merged: look again and merge then."
                    )
                }
            )
        moved: dict[str, Any] = {
            "visibility": gone.visibility,
            "rows": _move_rows(kept, gone),
            "sets": _join_sets(kept, gone),
            "steps": _copy_steps(kept, gone, by),
            "texts": _copy_texts(kept, gone),
        }
        moved["facts"] = _take_facts(kept, gone, from_gone, by)
        moved["above"] = {name: move(kept.pk, gone.pk) for name, (move, _b) in _above.items()}
        _set_visibility(gone, Decision.Visibility.WITHDRAWN)
        return Merge.objects.create(kept=kept, gone=gone, by=by, at=clock.now(), moved=moved)


def unmerge_decisions(*, merge: Merge, by: Any) -> Merge:
    """Take the two apart: each has again what it had; what was entered since stays at the kept.

    Raises ValidationError with a sentence; nothing is written then.
    """
    try:
        _take_apart(merge, by)
    except IntegrityError:
        raise ValidationError(
            _("The double was given something of its own since, in the place of what would return.")
        )
    return Merge.objects.get(pk=merge.pk)


def _take_apart(merge: Merge, by: Any) -> None:
    first, second = sorted((merge.kept_id, merge.gone_id))
    with (
        transaction.atomic(),
        public_change(first, announce=False),
        public_change(second, announce=False),
    ):
        taken = Merge.objects.filter(pk=merge.pk, undone_at=None)
        if not taken.update(undone_at=clock.now(), undone_by=by):
            raise ValidationError(_("These two were taken apart already."))
        if current_merge(merge.kept_id):
            raise ValidationError(
                _("The kept record was merged with a third since. Take those two apart first.")
            )
        kept = Decision.objects.get(pk=merge.kept_id)
        gone = Decision.objects.get(pk=merge.gone_id)
        moved = merge.moved
        for name, data in moved["above"].items():
            if name in _above:
                _above[name][1](kept.pk, gone.pk, data)
        _give_back_facts(kept, moved["facts"])
        for pk in moved["steps"]:
            step = StageEvent.objects.filter(pk=pk, replaced_by=None).first()
            if step is not None:
                add_stage_event(
                    decision=kept, stage=step.stage, replaces=step, void=True, by=by, announce=False
                )
        for version in versions_of(kept).rows:  # one that was corrected since stays
            if version.pk in moved.get("texts", ()):
                withdraw_text_version(version=version, by=by, announce=False)
        kept.bodies.remove(*moved["sets"]["bodies"])
        kept.events.remove(*moved["sets"]["events"])
        kept.topic_links.filter(tag__in=moved["sets"]["topics"]).delete()
        _give_back_rows(gone, moved["rows"])
        _set_visibility(gone, moved["visibility"])


def current_merge(pk: int) -> Merge | None:
    """The merging by which a record is a part of another now; one query."""
    return Merge.objects.filter(gone=pk, undone_at=None).select_related("kept__kind").first()


def kept_instead_of(pk: int) -> Decision | None:
    """The public record to which the address of a double leads; one query a merging."""
    seen = {pk}
    while merge := current_merge(pk):
        if merge.kept.is_public:
            return merge.kept
        pk = merge.kept_id
        if pk in seen:
            return None
        seen.add(pk)
    return None


def _set_visibility(decision: Decision, visibility: str) -> None:
    decision.refresh_from_db()
    decision.visibility = visibility
    if visibility == Decision.Visibility.WITHDRAWN:
        decision.is_public = False
    decision.save(update_fields=["visibility", "is_public"])


def _move_rows(kept: Decision, gone: Decision) -> dict[str, list[list[Any]]]:
    """[id, column] of the rows that changed hands, by model; the id of the kept goes in."""
    has_texts = kept.editions.values("language")
    links = kept.links.exclude(url="").values("url")
    days = {(one.kind_id, one.date) for one in kept.deadlines.all()}
    wanted: list[tuple[type[models.Model], Any]] = [
        (Code, gone.codes.all()),
        (Link, gone.links.exclude(url__in=links)),
        (DecisionAlias, gone.aliases.all()),
        (Edition, gone.editions.exclude(language__in=has_texts)),
        (VoteEvent, gone.votes.all()),
    ]
    if not kept.procedures.exists():  # one timeline: two ways are never mixed
        wanted.append((DecisionProcedure, gone.procedures.all()))
    moved = {}
    for model, rows in wanted:
        ids = list(rows.values_list("pk", flat=True))
        model._default_manager.filter(pk__in=ids).update(decision=kept)
        moved[model.__name__] = [[pk, "decision"] for pk in ids]
    ids = [one.pk for one in gone.deadlines.all() if (one.kind_id, one.date) not in days]
    Deadline.objects.filter(pk__in=ids).update(decision=kept)
    moved["Deadline"] = [[pk, "decision"] for pk in ids]
    moved["Relation"] = []
    mine = {*kept.relations_out.values_list("target", flat=True), kept.pk}
    mine |= set(kept.relations_in.values_list("subject", flat=True))
    for one in Relation.objects.filter(Q(subject=gone) | Q(target=gone)):
        column = "subject" if one.subject_id == gone.pk else "target"
        other = one.target_id if column == "subject" else one.subject_id
        if other not in mine:  # the kept record says it already
            Relation.objects.filter(pk=one.pk).update(**{column: kept})
            moved["Relation"].append([one.pk, column])
    return moved


_MODELS: dict[str, type[models.Model]] = {
    model.__name__: model
    for model in (
        Code, Link, DecisionAlias, Edition, Deadline, DecisionProcedure, Relation, VoteEvent,
    )
}  # fmt: skip


def _give_back_rows(gone: Decision, moved: dict[str, list[list[Any]]]) -> None:
    for name, rows in moved.items():
        for pk, column in rows:
            _MODELS[name]._default_manager.filter(pk=pk).update(**{column: gone})


def _join_sets(kept: Decision, gone: Decision) -> dict[str, list[int]]:
    added = {}
    for name in ("bodies", "topics", "events"):
        has = set(getattr(kept, name).values_list("pk", flat=True))
        rows = [one for one in getattr(gone, name).all() if one.pk not in has]
        getattr(kept, name).add(*rows)
        added[name] = [one.pk for one in rows]
    return added


def _copy_steps(kept: Decision, gone: Decision, by: Any) -> list[int]:
    standing = kept.stage_events.filter(void=False, replaced_by=None)
    has = set(standing.values_list("stage", "date"))
    copies = []
    for one in gone.stage_events.filter(void=False, replaced_by=None).order_by("pk"):
        if (one.stage_id, one.date) in has:
            continue
        copy = add_stage_event(
            decision=kept, stage=one.stage, date=one.date, precision=one.precision, body=one.body,
            number=one.number, titles=one.titles, url=one.url, verified=one.verified,
            note=one.note, by=by, announce=False,
        )  # fmt: skip
        copies.append(copy.pk)
    return copies


def _copy_texts(kept: Decision, gone: Decision) -> list[int]:
    """The versions for days on which the kept record has none in their language."""
    has = {(one.language, one.valid_from) for one in versions_of(kept).rows}
    copies = []
    for one in versions_of(gone).rows:
        if (one.language, one.valid_from) in has:
            continue
        copy = TextVersion(
            decision=kept, language=one.language, valid_from=one.valid_from,
            precision=one.precision, is_whole=one.is_whole, source=one.source,
            snapshot_id=one.snapshot_id, text=one.text, sha256=one.sha256, parser=one.parser,
            by_id=one.by_id, created_at=one.created_at,
        )  # fmt: skip
        copy.save()
        copies.append(copy.pk)
    return copies


def _take_facts(
    kept: Decision, gone: Decision, from_gone: Collection[str], by: Any
) -> dict[str, Any]:
    """Ids of the provenance written, and [before, after] of every column that changed."""
    taken: dict[str, Any] = {}
    for name in FACTS:
        mine, theirs = getattr(kept, name), getattr(gone, name)
        if theirs in (None, "") or mine == theirs:
            continue
        if mine in (None, "") or name in from_gone:
            taken[name] = theirs
    if "date" in taken:
        taken["precision"] = gone.precision
    last = FieldSource.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    before = {name: _plain(getattr(kept, name)) for name in taken}
    fresh = update_decision(decision=kept, by=by, announce=False, **taken)
    notes = FieldSource.objects.filter(decision=kept, pk__gt=last).values_list("pk", flat=True)
    after = {name: _plain(getattr(fresh, name)) for name in taken}
    return {
        "columns": {name: [before[name], after[name]] for name in taken},
        "notes": list(notes),
    }


def _give_back_facts(kept: Decision, facts: dict[str, Any]) -> None:
    """What an analyst corrected since the merging stays as it was corrected."""
    for name, (before, after) in facts["columns"].items():
        if _plain(getattr(kept, name)) == after:
            field = Decision._meta.get_field(name)
            setattr(kept, field.attname, field.to_python(before))  # type: ignore[union-attr] # a column
    FieldSource.objects.filter(pk__in=facts["notes"]).delete()
    kept.year = kept.date.year if kept.date else None
    kept.sort_date = kept.date or type(clock.today()).min
    kept.version += 1
    kept.save()


def _plain(value: Any) -> Any:
    """A column as JSON: an id for a record, a text for a day."""
    if isinstance(value, models.Model):
        return value.pk
    return value if value is None or isinstance(value, bool | int | str) else str(value)
