"""The one EMAIL_BACKEND: what Django, Wagtail and the sign-in send goes through the outbox."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from monitoring.mailing import compose
from monitoring.mailing.services import queue_raw


class OutboxBackend(BaseEmailBackend):
    """Writes one outbox row for each recipient, in the caller's transaction."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages; returns how many had a recipient."""
        queued = 0
        with transaction.atomic():
            for message in email_messages:
                recipients = message.recipients()
                for recipient in recipients:
                    self._queue(message, recipient)
                queued += bool(recipients)
        return queued

    def _queue(self, message: EmailMessage, recipient: str) -> None:
        key = f"django:{uuid.uuid4().hex}"
        composed = message.message()
        del composed["Message-ID"]
        composed["Message-ID"] = compose.message_id(key)
        if "Auto-Submitted" not in composed:
            composed["Auto-Submitted"] = "auto-generated"
        raw = re.sub(rb"\r?\n", b"\r\n", composed.as_bytes())
        queue_raw(
            to=parseaddr(recipient)[1],
            sender=parseaddr(message.from_email)[1],
            raw=raw,
            message_id=compose.message_id(key),
            key=key,
        )
