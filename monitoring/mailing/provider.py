"""Mail through a provider's HTTP interface (django-anymail), and what the provider reports back.

The provider writes the message anew from its parts and signs it (DKIM): the frozen bytes of the
outbox are what we meant, not what arrives. It knows no "the same mail once more" either: a try
without an answer is as unsure as one over SMTP.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from email.message import EmailMessage
from importlib import import_module
from typing import Any

import anymail.exceptions as refusals
from anymail.signals import EventType, RejectReason, tracking
from django.core.mail import EmailMultiAlternatives, get_connection

from monitoring.mailing import delivery, reports
from monitoring.mailing.addresses import digests
from monitoring.mailing.bounces import note_report
from monitoring.mailing.models import OutgoingMail, Report

Cause = OutgoingMail.Cause
Kind = Report.Kind

MARK = "mail"
"""Name of the entry of metadata that comes back with each report: PK-MARK, as on an envelope."""
OURS = re.compile(r"(\d{1,18})-([0-9a-f]{20})")
MADE_ANEW = {
    "from", "to", "subject", "date", "mime-version", "content-type", "content-transfer-encoding",
    "dkim-signature",
}  # fmt: skip
"""Headers that the provider writes itself."""


def backend_path(name: str) -> str:
    """Where django-anymail keeps the provider's backend. Raises ImportError for an unknown one."""
    import_module(f"anymail.backends.{name}")
    return f"anymail.backends.{name}.EmailBackend"


class ProviderDoor:
    """One HTTPS session with the provider for a batch."""

    def __init__(self, name: str) -> None:
        self.backend: Any = get_connection(backend_path(name))
        self.backend.open()

    def send(self, envelope: delivery.Envelope) -> None:
        """Hand over one message; its answer becomes one of the door's three failures."""
        message = as_django(envelope)
        try:
            self.backend.send_messages([message])
        except refusals.AnymailRecipientsRefused as error:
            invalid = any(
                one.status == "invalid" for one in message.anymail_status.recipients.values()
            )
            raise delivery.RefusedError(_words(error, envelope), address_is_bad=invalid) from None
        except refusals.AnymailAPIError as error:
            raise _failure(error, envelope) from None
        except refusals.AnymailConfigurationError as error:
            raise delivery.UnreachableError(_words(error, envelope), cause=Cause.LOGIN) from None
        except refusals.AnymailError as error:
            raise delivery.RefusedError(_words(error, envelope)) from None

    def close(self) -> None:
        """End the session."""
        self.backend.close()


def as_django(envelope: delivery.Envelope) -> Any:
    """The frozen message as the library takes it: its parts, our headers, our mark, no tracking."""
    frozen = email.message_from_bytes(envelope.raw, policy=email.policy.default)
    assert isinstance(frozen, EmailMessage)
    bodies = {kind: frozen.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: body.get_content() for kind, body in bodies.items() if body is not None}
    message: Any = EmailMultiAlternatives(
        subject=str(frozen["Subject"] or ""),
        body=texts.get("plain", ""),
        from_email=str(frozen["From"]),
        to=[envelope.recipient],
        headers={
            name: str(value) for name, value in frozen.items() if name.lower() not in MADE_ANEW
        },
    )
    if "html" in texts:
        message.attach_alternative(texts["html"], "text/html")
    for part in frozen.iter_attachments():
        message.attach(part.get_filename(), part.get_content(), part.get_content_type())
    message.track_opens = message.track_clicks = False
    message.metadata = {MARK: f"{envelope.pk}-{delivery.mark_of(envelope.pk)}"}
    return message


def _failure(error: Any, envelope: delivery.Envelope) -> Exception:
    """What an answer of the interface means: about this mail, about us, or about the provider."""
    code, words = error.status_code, _words(error, envelope)
    if code is None:
        return _unanswered(error, words)
    if code in {401, 402, 403, 404}:
        return delivery.UnreachableError(words, cause=Cause.LOGIN)
    if code == 429:
        return delivery.UnreachableError(words, cause=Cause.LATER)
    if code >= 500 or code in {408, 425}:
        return delivery.LaterError(words)
    if 200 <= code < 300:  # taken, in words that nobody understands
        return delivery.LaterError(words, cause=Cause.UNSURE)
    return delivery.RefusedError(words)


def _unanswered(error: BaseException, words: str) -> Exception:
    """No answer: nobody was there, no safe connection, or it broke after we began to speak."""
    chain, reasons = error, []
    for _ in range(8):
        reasons.append(type(chain).__name__)
        inner = getattr(chain, "reason", None)
        following = inner if isinstance(inner, BaseException) else chain.__cause__
        following = following or next((a for a in chain.args if isinstance(a, BaseException)), None)
        if following is None:
            break
        chain = following
    if any("SSL" in one for one in reasons):
        return delivery.UnreachableError(words, cause=Cause.TLS)
    if {"NewConnectionError", "ConnectTimeout", "ConnectTimeoutError", "NameResolutionError"} & set(
        reasons
    ):
        return delivery.UnreachableError(words, cause=Cause.AWAY)
    return delivery.LaterError(words, cause=Cause.UNSURE)


def _words(error: Exception, envelope: delivery.Envelope) -> str:
    """The provider's own words for an operator: without the address, which belongs into no log."""
    response = getattr(error, "response", None)
    said = (
        f"{response.status_code} {response.text}" if response is not None else str(error.args[:1])
    )
    return delivery.without_addresses(said, envelope.recipient)[:300]


# -- what comes back ------------------------------------------------------------------


def report_view(name: str) -> Any:
    """The library's view for the provider's reports; it asks for settings.ANYMAIL's secret.

    Raises ImportError for a provider that reports nothing.
    """
    urls = {pattern.name: pattern.callback for pattern in import_module("anymail.urls").urlpatterns}
    view = urls.get(f"{name}_tracking_webhook") or urls.get(f"{name}_webhook")
    if view is None:
        raise ImportError(name)
    return view


def kind_of(event: Any) -> str:
    """What one event of the provider says of an address."""
    if event.event_type == EventType.COMPLAINED:
        return Kind.COMPLAINT
    if event.event_type == EventType.DEFERRED:
        return Kind.OTHER  # the provider goes on trying by itself
    if event.event_type == EventType.BOUNCED:
        return _is_hard(event)
    if event.event_type == EventType.REJECTED:
        if event.reject_reason in {RejectReason.INVALID, RejectReason.BOUNCED}:
            return Kind.HARD
        return Kind.COMPLAINT if event.reject_reason == RejectReason.SPAM else Kind.OTHER
    return Kind.OTHER


def _is_hard(event: Any) -> str:
    """Of a bounce: hard if its code of RFC 3463 is about the address, or if it names none."""
    status = reports.STATUS.search(f"{event.mta_response or ''} {event.description or ''}")
    if status is None:
        return Kind.HARD if event.reject_reason == RejectReason.BOUNCED else Kind.SOFT
    return reports.kind_of_failure(status)


def take_report(event: Any, esp_name: str) -> str:
    """Note one event of an authenticated report; told twice it counts once."""
    kind = kind_of(event)
    if kind == Kind.OTHER and event.event_type not in {EventType.DEFERRED, EventType.REJECTED}:
        return kind  # delivered, queued: nobody needs a row for each
    stamp = event.timestamp.isoformat() if event.timestamp else ""
    parts = (esp_name, event.event_id, event.event_type, event.message_id, event.recipient, stamp)
    key = hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()
    detail = re.sub(r"\S+@\S+", "…", str(event.mta_response or event.description or ""))
    mail = _mail_of(event)
    return note_report(
        key=key, kind=kind if mail else Kind.OTHER, mail=mail, detail=" ".join(detail.split())
    )


def _mail_of(event: Any) -> OutgoingMail | None:
    """The mail a report is about: by our mark, or the last one that left to the address it names.

    The second is believed only because the report itself is authenticated.
    """
    mails = OutgoingMail.objects.defer("raw").exclude(attempts=0)
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    found = OURS.fullmatch(str(metadata.get(MARK, "")))
    if found:
        pk = int(found[1])
        return mails.filter(pk=pk).first() if delivery.is_mark_of(pk, found[2]) else None
    if not event.recipient:
        return None
    return mails.filter(recipient_digest__in=digests(str(event.recipient))).order_by("-pk").first()


def connect() -> None:
    """Have every report that a view of the library has authenticated noted."""
    tracking.connect(_on_report, dispatch_uid="monitoring.mailing")


def _on_report(*, event: Any, esp_name: str, **_: Any) -> None:
    take_report(event, esp_name)
