"""Signed links of mails, and the addresses they stand at. Reading one changes nothing.

The token stands after `/t/`, where the log's formatter masks it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

from monitoring.digests.models import UNCONFIRMED_FOR, Subscriber

MANAGE_FOR = dt.timedelta(days=90)
"""A manage link of an older mail leads to the form that mails a fresh one."""
CONFIRM, MANAGE, LEAVE = "digests.confirm", "digests.manage", "digests.leave"

LETTERS = "digests.letters"


@dataclass(frozen=True)
class Leave:
    """Who leaves, and which of the subscriptions the mail was about."""

    subscriber: Subscriber
    subscriptions: tuple[int, ...]


def absolute(path: str) -> str:
    """An address of the site for a mail."""
    return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{path}"


def address(name: str, language: str, *args: str) -> str:
    """The absolute address of a route in a language."""
    with translation.override(language):
        return absolute(reverse(name, args=args))


def confirm_link(subscriber: Subscriber) -> str:
    """Leads to the page that confirms; valid for a week."""
    token = signing.dumps([subscriber.pk, subscriber.nonce], salt=CONFIRM)
    return address("subscribe_confirm", subscriber.language, token)


def manage_link(subscriber: Subscriber, language: str = "") -> str:
    """Leads to the page where a reader sees and changes everything.

    Valid for MANAGE_FOR, and until the reader has the links renewed. In the reader's language, or
    in that of the mail in which it stands.
    """
    token = signing.dumps([subscriber.pk, subscriber.nonce], salt=MANAGE)
    return address("subscriptions", language or subscriber.language, token)


def leave_link(subscriber: Subscriber, subscriptions: tuple[int, ...], language: str = "") -> str:
    """Ends the subscriptions of one mail: a page for people, one POST for programs (RFC 8058).

    Valid for ever: whoever wants to leave must always be able to. It opens nothing else.
    """
    token = signing.dumps([subscriber.pk, list(subscriptions)], salt=LEAVE)
    return address("subscription_leave", language or subscriber.language, token)


def letters_link(subscriber: Subscriber, language: str = "") -> str:
    """Ends the letters of editors and nothing else; works like `leave_link`."""
    token = signing.dumps([subscriber.pk, subscriber.nonce], salt=LETTERS)
    return address("letters_leave", language or subscriber.language, token)


def read(token: str, salt: str) -> Subscriber | None:
    """The reader of a confirm or manage link; None if it is forged, expired or ended."""
    max_age = UNCONFIRMED_FOR if salt == CONFIRM else MANAGE_FOR
    try:
        pk, nonce = signing.loads(token, salt=salt, max_age=max_age)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Subscriber.objects.filter(pk=pk, nonce=nonce).first()


def read_leave(token: str) -> Leave | None:
    """What a leave link ends; None if it is forged or its reader is gone."""
    try:
        pk, *_older, ids = signing.loads(token, salt=LEAVE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    subscriber = Subscriber.objects.filter(pk=pk).first()
    return Leave(subscriber, tuple(ids)) if subscriber else None
