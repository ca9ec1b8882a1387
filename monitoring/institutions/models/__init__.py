"""State of the room `institutions`: bodies with their dates, who sits in them, and events."""

from monitoring.institutions.models.bodies import Attested, Body, BodyKind, Convocation, Lived
from monitoring.institutions.models.events import Event, EventKind, EventSource
from monitoring.institutions.models.people import Membership, Person, Post

__all__ = [
    "Attested",
    "Body",
    "BodyKind",
    "Convocation",
    "Event",
    "EventKind",
    "EventSource",
    "Lived",
    "Membership",
    "Person",
    "Post",
]
