"""What was done in the queue is written down, so that it can be undone to what stood before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from monitoring.core import clock
from monitoring.core.seeds import digest
from monitoring.decisions.models import Decision, Edition, StageEvent
from monitoring.decisions.services import add_stage_event, update_decision
from monitoring.evidence.models import Source
from monitoring.intake.models import Action, ActionItem, Candidate, Look

_NOT_OF_THE_RECORD = {"intake", "digests"}
"""Rooms whose rows name a decision without saying anything of it: the queue, readers' mails."""


def note_done(
    *,
    action: Action | None,
    kind: Action.Kind,
    candidate: Candidate,
    by: Any,
    decision: Decision | None = None,
    made: bool = False,
    linked: bool = False,
    step: StageEvent | None = None,
) -> ActionItem:
    """Write down what was done to an entry, in an action of its own if it has none."""
    if action is None:
        action = Action.objects.create(kind=kind, by=by, source_id=candidate.source_id)
    return ActionItem.objects.create(
        action=action,
        candidate=candidate,
        decision=decision,
        made=made,
        linked=linked,
        step=step.pk if step else 0,
        seen=state_of([decision.pk])[decision.pk] if decision else "",
    )


def state_of(pks: Collection[int]) -> dict[int, str]:
    """A mark of each decision that changes with every write to it and to what hangs on it.

    Drafts of its texts and what rooms above say of it count too. Two queries, and one for each
    model above; none of them grows with the number of decisions.
    """
    rows = Decision.objects.filter(pk__in=pks).values_list("pk", "version", "updated_at")
    parts: dict[int, list[str]] = defaultdict(list)
    for pk, version, at in rows:
        parts[pk].append(f"{version} {at.timestamp():.6f}")
    drafts = Edition.objects.filter(decision__in=pks).order_by("pk")
    for pk, edition, draft in drafts.values_list("decision", "pk", "latest_revision"):
        parts[pk].append(f"{edition}:{draft}")
    for model, column in _above():
        counted = model._base_manager.filter(**{f"{column}__in": pks}).values_list(column)
        for pk, last in counted.annotate(last=Max("pk")).order_by(column):
            parts[pk].append(f"{model._meta.label}:{last}")
    return {pk: digest(said) for pk, said in parts.items()}


def _above() -> Iterator[tuple[type[models.Model], str]]:
    """Models of rooms above that point to a decision, with the column."""
    rooms = {config.label for config in apps.get_app_configs()}
    for model in apps.get_models():
        label = model._meta.app_label
        if label == "decisions" or label in _NOT_OF_THE_RECORD or label not in rooms:
            continue
        for field in model._meta.concrete_fields:
            if field.related_model is Decision:
                yield model, field.name


def undo(*, action: Action, by: Any) -> tuple[int, list[tuple[Candidate, str]]]:
    """Take back what an action did: how many entries wait again, and those refused, with why.

    Each entry is taken back whole or not at all, in a transaction of its own. What an analyst wrote
    into a decision since is never overwritten: that entry is refused.
    """
    items = action.items.filter(undone_at=None).select_related("candidate__source", "decision")
    refused = []
    done = 0
    # The last first: of two entries of one decision the one that made it goes last.
    for item in sorted(items, key=lambda one: (one.made, -one.pk)):
        try:
            done += _undo_one(item, by)
        except ValidationError as error:
            refused.append((item.candidate, " ".join(error.messages)))
    if not refused:
        Action.objects.filter(pk=action.pk, undone_at=None).update(
            undone_at=clock.now(), undone_by=by
        )
    if done or not items:
        _forget_look(action)
    return done, refused


def _undo_one(item: ActionItem, by: Any) -> int:
    with transaction.atomic():
        standing = ActionItem.objects.filter(pk=item.pk, undone_at=None)
        if not standing.update(undone_at=clock.now()):
            return 0  # somebody else pressed first: it is done
        item = ActionItem.objects.select_related("candidate").get(pk=item.pk)
        candidate = Candidate.objects.select_for_update().get(pk=item.candidate_id)
        if candidate.state == Candidate.State.NEW:
            return 0
        if item.decision_id:
            _give_back(item, by)
        Candidate.objects.filter(pk=candidate.pk).update(
            state=Candidate.State.NEW, decided_by=None, decided_at=None, decision=None, reason=""
        )
    return 1


def _give_back(item: ActionItem, by: Any) -> None:
    """The decision as it stood before, if nobody wrote into it since."""
    assert item.decision_id is not None
    decision = Decision.objects.select_for_update().get(pk=item.decision_id)
    others = ActionItem.objects.filter(action=item.action_id, decision=decision, undone_at=None)
    if state_of([decision.pk])[decision.pk] != item.seen:
        raise ValidationError(
            _("The decision was edited after this. Correct it by hand: nothing was taken back.")
        )
    if item.made:
        if Candidate.objects.filter(decision=decision).exclude(pk=item.candidate_id).exists():
            raise ValidationError(_("Another entry was added to this decision. Undo that first."))
        update_decision(
            decision=decision,
            visibility=Decision.Visibility.WITHDRAWN,
            by=by,
            announce=False,
        )
        return
    candidate = item.candidate
    if item.step:
        step = StageEvent.objects.get(pk=item.step)
        add_stage_event(
            decision=decision, stage=step.stage, replaces=step, void=True, by=by, announce=False
        )
    if item.linked:
        fields = ("url", "label_kk", "label_ru", "label_en", "checked")
        links = decision.links.exclude(url=candidate.link).values(*fields)
        update_decision(
            decision=decision, links=list(links), source=candidate.link, by=by, announce=False
        )
    # The rest of the same action finds the decision as this step leaves it.
    others.update(seen=state_of([decision.pk])[decision.pk])


def note_look(*, source: Source, by: Any, action: Action | None = None) -> Look:
    """A person looked through a source and found nothing relevant; its health shows the day.

    Raises ValidationError while entries of the source still wait.
    """
    with transaction.atomic():
        held = Source.objects.select_for_update().get(pk=source.pk)
        if Candidate.objects.waiting().filter(source=held).exists():
            raise ValidationError(_("Entries of this source still wait: look through them first."))
        look = Look.objects.create(source=held, by=by, action=action)
        Source.objects.filter(pk=held.pk).update(looked_at=look.at)
    return look


def _forget_look(action: Action) -> None:
    with transaction.atomic():
        for look in Look.objects.filter(action=action):
            look.delete()
            last = Look.objects.filter(source=look.source_id).order_by("-pk").first()
            Source.objects.filter(pk=look.source_id).update(looked_at=last.at if last else None)
