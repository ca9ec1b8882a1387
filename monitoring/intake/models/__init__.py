"""State of the room `intake`: what came in and waits for a person, and what was made of it."""

from monitoring.intake.models.actions import Action, ActionItem, Look, Mark, NotSame
from monitoring.intake.models.candidates import Candidate, CandidateQuerySet
from monitoring.intake.models.relevance import AutoAccept, TopicRule
from monitoring.intake.models.revisions import Revision, RevisionLook
from monitoring.intake.models.sheets import SheetMapping, SheetUpload

__all__ = [
    "Action", "ActionItem", "AutoAccept", "Candidate", "CandidateQuerySet", "Look", "Mark",
    "NotSame", "Revision", "RevisionLook", "SheetMapping", "SheetUpload", "TopicRule",
]  # fmt: skip
