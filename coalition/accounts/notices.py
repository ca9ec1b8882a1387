"""Mails to a person about the own account: a new device, a factor made or taken away."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_noop

from coalition.accounts.models import KnownDevice, User
from coalition.accounts.services import language_of
from monitoring.core import clock
from monitoring.mailing.services import queue_mail

DEVICE_COOKIE = "device"
DEVICE_SECONDS = 365 * 24 * 3600

EVENTS = {
    "new-device": gettext_noop("Your account was signed in to on a new device"),
    "factor-made": gettext_noop("A second step was set up for your account"),
    "factor-removed": gettext_noop("The second step of your account was taken away"),
    "codes-made": gettext_noop("New recovery codes were made for your account"),
    "factor-reset": gettext_noop("An administrator has reset the second step of your account"),
}

OF_ALLAUTH = {
    "mfa/email/totp_activated": "factor-made",
    "mfa/email/totp_deactivated": "factor-removed",
    "mfa/email/recovery_codes_generated": "codes-made",
}
"""allauth's notices, told in our words."""

_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("YaBrowser", "Yandex"), ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(request: HttpRequest | None) -> str:
    """A browser and a system in two words, as far as the browser tells; never its address."""
    said = request.headers.get("User-Agent", "") if request is not None else ""
    names = [
        next((name for mark, name in known if re.search(rf"\b{mark}", said)), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in names if name)


def notify(*, user: User, event: str, request: HttpRequest | None = None) -> None:
    """Write to a person what happened to the account. Raises KeyError for an unknown event."""
    language = language_of(user)
    with translation.override(language):
        context: dict[str, Any] = {
            "sentence": translation.gettext(EVENTS[event]),
            "at": clock.now().astimezone(clock.ALMATY),
            "browser": browser_of(request),
            "secretariat": settings.SECRETARIAT_EMAIL,
        }
    queue_mail(
        key=f"account:{event}:{uuid.uuid4().hex}",
        to=user.email,
        template="account_notice",
        language=language,
        context=context,
    )


def note_device(*, user: User, request: HttpRequest, response: HttpResponse) -> None:
    """Remember the browser that has just signed in; an unknown one is told of by mail.

    The browser keeps a random word, the database its digest: neither says who or where.
    """
    now = clock.now()
    word = request.COOKIES.get(DEVICE_COOKIE, "")
    known = KnownDevice.objects.filter(user=user, digest=_digest(word))
    if not word or not known.update(seen_at=now):
        word = secrets.token_urlsafe(24)
        KnownDevice.objects.create(user=user, digest=_digest(word), seen_at=now)
        notify(user=user, event="new-device", request=request)
    response.set_cookie(
        DEVICE_COOKIE,
        word,
        max_age=DEVICE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()
