"""State of the room `digests`: who reads what how often, and the runs that told them.

Each file is a family of rows; a new family gets a file of its own and a line here.
"""

from monitoring.digests.models.readers import (
    UNCONFIRMED_FOR,
    Consent,
    Frequency,
    Subscriber,
    SubscriberQuerySet,
    Subscription,
    SubscriptionQuerySet,
    _nonce,
)
from monitoring.digests.models.runs import DigestRun, DigestRunSubscriber

__all__ = [
    "UNCONFIRMED_FOR",
    "Consent",
    "DigestRun",
    "DigestRunSubscriber",
    "Frequency",
    "Subscriber",
    "SubscriberQuerySet",
    "Subscription",
    "SubscriptionQuerySet",
    "_nonce",
]
