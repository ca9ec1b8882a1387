"""State of the room `decisions`: facts as records, texts as drafts, stages append-only."""

from monitoring.decisions.models.dates import Deadline, StageEvent
from monitoring.decisions.models.decision import Decision, DecisionQuerySet, TaggedDecision
from monitoring.decisions.models.editions import LANGUAGE_CHOICES, Edition, EditionQuerySet
from monitoring.decisions.models.merges import Merge
from monitoring.decisions.models.parts import Code, DecisionAlias, FieldSource, Link
from monitoring.decisions.models.procedures import DecisionProcedure, Procedure, ProcedureStep
from monitoring.decisions.models.reference import DeadlineKind, DecisionKind, Stage
from monitoring.decisions.models.relations import Relation
from monitoring.decisions.models.versions import TextVersion
from monitoring.decisions.models.votes import MotionKind, Option, Vote, VoteEvent

__all__ = [
    "LANGUAGE_CHOICES",
    "Code",
    "Deadline",
    "DeadlineKind",
    "Decision",
    "DecisionAlias",
    "DecisionKind",
    "DecisionProcedure",
    "DecisionQuerySet",
    "Edition",
    "EditionQuerySet",
    "FieldSource",
    "Link",
    "Merge",
    "MotionKind",
    "Option",
    "Procedure",
    "ProcedureStep",
    "Relation",
    "Stage",
    "StageEvent",
    "TaggedDecision",
    "TextVersion",
    "Vote",
    "VoteEvent",
]
