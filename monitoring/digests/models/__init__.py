"""State of the room `digests`: who reads what how often, and the runs that told them.

Each file is a family of rows; a new family gets a file of its own and a line here.
"""

from monitoring.digests.models.issues import Editorial, Issue
from monitoring.digests.models.letters import Letter, LetterTold
from monitoring.digests.models.notices import (
    CorrectionTold,
    ItemCorrection,
    QuietMonth,
    Reminder,
)
from monitoring.digests.models.readers import (
    ESSENTIAL,
    KEY_ONLY,
    REMIND_DAYS,
    UNCONFIRMED_FOR,
    Aspect,
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
    "ESSENTIAL",
    "KEY_ONLY",
    "REMIND_DAYS",
    "UNCONFIRMED_FOR",
    "Aspect",
    "Consent",
    "CorrectionTold",
    "DigestRun",
    "DigestRunSubscriber",
    "Editorial",
    "Frequency",
    "Issue",
    "ItemCorrection",
    "Letter",
    "LetterTold",
    "QuietMonth",
    "Reminder",
    "Subscriber",
    "SubscriberQuerySet",
    "Subscription",
    "SubscriptionQuerySet",
    "_nonce",
]
