"""Mails for tests."""

from __future__ import annotations

from typing import Any

from monitoring.mailing.models import OutgoingMail
from monitoring.mailing.services import queue_mail


def queued(key: str = "k", to: str = "reader@example.org", **options: Any) -> OutgoingMail:
    """A confirmation mail in the outbox."""
    return queue_mail(
        key=key,
        to=to,
        template="confirm",
        language=options.pop("language", "kk"),
        context={
            "waiting": [{"what": "Бюджет", "frequency": "daily"}],
            "confirm_link": "http://localhost:8000/kk/khat-alu/t/abc/",
            **options.pop("context", {}),
        },
        **options,
    )
