"""State of the room `intake`: what came in and waits for a person, and what was made of it."""

from monitoring.intake.models.candidates import Candidate, CandidateQuerySet

__all__ = ["Candidate", "CandidateQuerySet"]
