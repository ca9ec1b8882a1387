"""How a mail leaves: as a file, over SMTP, or to a provider. The room's only way out."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import os
import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.utils.crypto import salted_hmac

from monitoring.mailing.models import OutgoingMail

Cause = OutgoingMail.Cause


@dataclass(frozen=True)
class Envelope:
    """What is handed over: the frozen bytes (CRLF lines) and who they go to."""

    sender: str
    recipient: str
    raw: bytes
    message_id: str
    created_at: dt.datetime
    pk: int = 0


class LaterError(Exception):
    """A temporary refusal: try again after a while. `cause` is one of OutgoingMail.Cause."""

    def __init__(self, sentence: str, *, cause: str = Cause.LATER) -> None:
        super().__init__(sentence)
        self.cause = cause


class RefusedError(Exception):
    """A final refusal (5xx). `address_is_bad`: the mailbox itself does not exist."""

    def __init__(self, sentence: str, *, address_is_bad: bool = False) -> None:
        super().__init__(sentence)
        self.address_is_bad = address_is_bad


class UnreachableError(Exception):
    """There is no server to talk to; no mail is at fault."""

    def __init__(self, sentence: str, *, cause: str = Cause.AWAY) -> None:
        super().__init__(sentence)
        self.cause = cause


class Door(Protocol):
    """Something that takes envelopes; raises LaterError, RefusedError or Unreachable."""

    def send(self, envelope: Envelope) -> None:
        """Hand over one message."""


def may_receive(target: Mapping[str, Any], address: str) -> bool:
    """Whether the profile lets mail out to an address.

    Files take any. SMTP outside production takes only `MAIL_ALLOWED_RECIPIENTS` (addresses, or
    domains written "@example.org"); in production the setting is None: anybody.
    """
    allowed = settings.MAIL_ALLOWED_RECIPIENTS
    if target["kind"] == "file" or allowed is None:
        return True
    folded = address.lower()
    return any(
        folded == one.lower() or (one.startswith("@") and folded.endswith(one.lower()))
        for one in allowed
    )


@contextlib.contextmanager
def open_door(target: Mapping[str, Any]) -> Iterator[Door]:
    """The door that `settings.MAIL_DELIVERY` describes; its connection lives for one batch."""
    if target["kind"] == "file":
        yield FileDoor(Path(target["directory"]))
        return
    door: Any
    if target["kind"] == "provider":
        from monitoring.mailing.provider import ProviderDoor  # its library is slow to load

        door = ProviderDoor(target["name"])
    else:
        door = SmtpDoor(target)
    try:
        yield door
    finally:
        door.close()


class FileDoor:
    """One `.eml` a message. A message written twice is the same file with the same bytes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, envelope: Envelope) -> None:
        """Write aside, flush to the disk, rename: a reader never meets half a mail.

        A full disk or a folder that cannot be written is no fault of the mail's.
        """
        name = file_name(envelope.created_at, envelope.message_id)
        aside = self.directory / f".{name}.{os.getpid()}"
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with aside.open("wb") as file:
                file.write(envelope.raw)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self.directory / name)
            folder = os.open(self.directory, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                aside.unlink()
            raise UnreachableError(
                f"the folder of mails: {error.strerror}", cause=Cause.DISK
            ) from None


def file_name(created_at: dt.datetime, message_id: str) -> str:
    """The name of a message's file: when it was made, then what its Message-ID hashes to."""
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:16]
    return f"{created_at:%Y%m%dT%H%M%S}-{mark}.eml"


def remove_files(names: Iterable[str]) -> None:
    """Remove files of mails from the folder, where mail goes into one."""
    target = settings.MAIL_DELIVERY
    if target["kind"] == "file":
        for name in names:
            (Path(target["directory"]) / name).unlink(missing_ok=True)


class SmtpDoor:
    """One connection for up to MAIL_PER_CONNECTION mails, opened anew after that or a break."""

    def __init__(self, target: Mapping[str, Any]) -> None:
        self.target = target
        self._link: EmailBackend | None = None
        self._carried = 0

    def send(self, envelope: Envelope) -> None:
        """Hand over one message and read the server's answer as one of the three failures."""
        if self._carried >= settings.MAIL_PER_CONNECTION > 0:
            self.close()
        link = self._open()
        self._carried += 1
        whole = False
        try:
            self._ask(link.mail(envelope.sender, self._options(link, envelope)), envelope)
            self._ask(link.rcpt(envelope.recipient), envelope, to=True)
            self._ask(link.docmd("DATA"), envelope, want=354)
            link.send(_dotted(envelope.raw))
            whole = True  # from here on it may have arrived, whatever becomes of the line
            self._ask(link.getreply(), envelope)
        except (OSError, smtplib.SMTPException) as error:
            # The bytes and the Message-ID of the next try are equal.
            self.close()
            raise LaterError(
                type(error).__name__, cause=Cause.UNSURE if whole else Cause.LOST
            ) from None

    def _options(self, link: smtplib.SMTP, envelope: Envelope) -> list[str]:
        """What `MAIL FROM` announces: the size, and a name in other letters than English ones."""
        options = [f"size={len(envelope.raw)}"] if link.has_extn("size") else []
        if not (envelope.recipient + envelope.sender).isascii():
            if not link.has_extn("smtputf8"):
                raise RefusedError("the server takes no address in these letters (SMTPUTF8)")
            return [*options, "SMTPUTF8", "BODY=8BITMIME"]
        return options

    def _ask(
        self, answer: tuple[int, bytes], envelope: Envelope, *, want: int = 250, to: bool = False
    ) -> None:
        code, said = answer
        if code == want or (to and code == 251):
            return
        words = said.decode("utf-8", "replace")
        sentence = f"{code} {without_addresses(words, envelope.recipient)}"[:300]
        if code in {421, -1}:
            self.close()
        elif self._link is not None and self._link.connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._link.connection.rset()
        if code == -1:
            raise smtplib.SMTPServerDisconnected(sentence)
        if code in NOT_US:
            self.close()
            raise UnreachableError(sentence, cause=Cause.LOGIN)
        if code >= 500:
            raise RefusedError(sentence, address_is_bad=to and _is_nobody(code, words))
        raise LaterError(sentence)

    def _open(self) -> smtplib.SMTP:
        if self._link is None or self._link.connection is None:
            target = self.target
            self._carried = 0
            self._link = EmailBackend(
                host=target["host"],
                port=target["port"],
                username=target["username"],
                password=target["password"],
                use_tls=target["use_tls"],
                use_ssl=target["use_ssl"],
                timeout=target["timeout"],
            )
            try:
                self._link.open()
                connection = self._link.connection
                assert connection is not None
                connection.ehlo_or_helo_if_needed()
            except (OSError, smtplib.SMTPException) as error:
                self.close()
                raise UnreachableError(_words(error), cause=_why_shut(error)) from None
        connection = self._link.connection
        assert connection is not None
        return connection

    def close(self) -> None:
        """End the conversation; a broken one ends as well."""
        if self._link is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._link.close()
            self._link = None


NOT_US = {530, 534, 535, 538}
"""Answers about our login, not about a mail (RFC 4954)."""
NOBODY = re.compile(r"\b5\.(1\.(1|2|3|6|10)|2\.1)\b")
"""Enhanced codes (RFC 3463) of an address that does not exist or was closed."""


def _is_nobody(code: int, words: str) -> bool:
    """Whether a refusal is about the address itself and not about us, size or policy."""
    if NOBODY.search(words):
        return True
    told = re.search(r"\b5\.\d+\.\d+\b", words) or "relay" in words.lower()
    return not told and code in {550, 551, 553}


def without_addresses(words: str, recipient: str) -> str:
    """A server's answer in one line. It often repeats the address, in capitals or in the form of
    another server, and that belongs into no log.
    """
    said = re.sub(r"\S+@\S+", "…", words.replace(recipient, "…"))
    name = recipient.rpartition("@")[0]
    if len(name) > 5:  # a shorter one may be a word of the sentence, as in "mailbox full"
        said = re.sub(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", "…", said)
    return " ".join(said.split())


def _dotted(raw: bytes) -> bytes:
    """The message as DATA wants it: a line that begins with a dot gets another (RFC 5321)."""
    if raw.startswith(b".") or b"\n." in raw:  # hardly ever: base64 has no dots
        raw = re.sub(rb"(?m)^\.", b"..", raw)
    return raw + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n")


def _why_shut(error: Exception) -> str:
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return Cause.TLS
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Cause.LOGIN
    return Cause.AWAY


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {' '.join(words.split())}"[:200]
    return f"{type(error).__name__}: {getattr(error, 'reason', None) or error}"[:200]


def sender_of(sender: str, pk: int) -> str:
    """The sender on the envelope: the mailbox for reports, marked for this one mail.

    A report that comes back to BOX+PK-MARK@DOMAIN is about that mail: nobody else makes the mark.
    """
    if not settings.MAIL_BOUNCES:
        return sender
    box, _, domain = settings.MAIL_BOUNCES.rpartition("@")
    return f"{box}+{pk}-{mark_of(pk)}@{domain}"


def mark_of(pk: int) -> str:
    """The mark of a mail on its envelope: 20 digits that only we can make."""
    return salted_hmac("mailing.envelope", str(pk), algorithm="sha256").hexdigest()[:20]


def is_mark_of(pk: int, mark: str) -> bool:
    """Whether a report names a mail by the mark that we gave it."""
    return hmac.compare_digest(mark, mark_of(pk))


def signed_elsewhere() -> bool:
    """Whether the relay or the provider signs (DKIM): a signature of ours would be broken there."""
    return bool(settings.MAIL_SIGNED_BY_RELAY) or settings.MAIL_DELIVERY["kind"] == "provider"
