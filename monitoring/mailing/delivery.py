"""How a mail leaves: as a file beside the others, or over SMTP. The room's only way out."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import smtplib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend


@dataclass(frozen=True)
class Envelope:
    """What is handed over: the frozen bytes (CRLF lines) and who they go to."""

    sender: str
    recipient: str
    raw: bytes
    message_id: str
    created_at: dt.datetime


class LaterError(Exception):
    """A temporary refusal (4xx, or the conversation broke off): try again after a while."""


class RefusedError(Exception):
    """A final refusal (5xx). `address_is_bad`: the mailbox itself does not exist."""

    def __init__(self, sentence: str, *, address_is_bad: bool = False) -> None:
        super().__init__(sentence)
        self.address_is_bad = address_is_bad


class UnreachableError(Exception):
    """There is no server to talk to; no mail is at fault."""


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
        name = file_name(envelope)
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
            raise UnreachableError(f"the folder of mails: {error.strerror}") from None


def file_name(envelope: Envelope) -> str:
    """The name of a message's file: when it was made, then what its Message-ID hashes to."""
    mark = hashlib.sha256(envelope.message_id.encode()).hexdigest()[:16]
    return f"{envelope.created_at:%Y%m%dT%H%M%S}-{mark}.eml"


class SmtpDoor:
    """One connection for a batch, opened at the first mail and again after it broke."""

    def __init__(self, target: Mapping[str, Any]) -> None:
        self.target = target
        self._link: EmailBackend | None = None

    def send(self, envelope: Envelope) -> None:
        """Hand over one message and read the server's answer as one of the three failures."""
        link = self._open()
        try:
            link.sendmail(envelope.sender, [envelope.recipient], envelope.raw)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            self._raise(code, said, address=envelope.recipient, bad=code in {550, 551, 553})
        except smtplib.SMTPResponseException as error:
            if error.smtp_code == 421:
                self.close()
            self._raise(error.smtp_code, error.smtp_error, address=envelope.recipient)
        except (OSError, smtplib.SMTPException) as error:
            # It may have arrived all the same; the bytes and the Message-ID stay equal.
            self.close()
            raise LaterError(f"the conversation broke off: {type(error).__name__}") from None

    def _open(self) -> smtplib.SMTP:
        if self._link is None or self._link.connection is None:
            target = self.target
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
            except (OSError, smtplib.SMTPException) as error:
                self._link = None
                raise UnreachableError(type(error).__name__) from None
        connection = self._link.connection
        assert connection is not None
        return connection

    def _raise(self, code: int, said: bytes | str, *, address: str, bad: bool = False) -> None:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        # The answer often repeats the address, which belongs into no log.
        sentence = f"{code} {' '.join(words.replace(address, '…').split())}"[:300]
        if code >= 500:
            raise RefusedError(sentence, address_is_bad=bad) from None
        raise LaterError(sentence) from None

    def close(self) -> None:
        """End the conversation; a broken one ends as well."""
        if self._link is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._link.close()
            self._link = None
