"""What mail systems write about our mails, read into one shape. Pure: no database.

Delivery reports are RFC 3464, complaints RFC 5965. A report is believed only if it is about a mail
of ours: it came back to that mail's own envelope address, or it holds the Message-ID and names the
address to which that mail went.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import Message

HARD, SOFT, COMPLAINT, OTHER = "hard", "soft", "complaint", "other"

ENVELOPE = re.compile(r"\+(\d{1,18})-([0-9a-f]{20})@")
"""The mark in BOX+PK-MARK@DOMAIN (see `delivery.sender_of`)."""
MESSAGE_ID = re.compile(r"<[^<>@\s]{1,100}@[^<>@\s]{1,150}>")
ADDRESS = re.compile(r"[^\s<>;,:\"]{1,64}@[^\s<>;,:\"]{1,190}")
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
OF_POLICY = {"7"}
"""Classes of RFC 3463 that are about us or the message, not about the address."""
GONE = {("1", detail) for detail in ("0", "1", "2", "3", "6", "10")} | {("2", "0"), ("2", "1")}
"""Details under 5.x.x that are about an address that does not exist or was closed."""


@dataclass(frozen=True)
class Found:
    """A report: its kind, the marks and Message-IDs it names, and the mail system's own words."""

    kind: str
    marks: tuple[tuple[int, str], ...]
    message_ids: tuple[str, ...]
    addresses: tuple[str, ...]
    detail: str


def read(raw: bytes) -> Found:
    """Read any message of the mailbox for reports; one that is no report is `other`."""
    # PostgreSQL takes no NUL, and no mail has a use for one.
    message = email.message_from_bytes(raw.replace(b"\0", b""), policy=email.policy.compat32)
    parts = [one for one in message.walk() if isinstance(one, Message)]
    kinds = [one.get_content_type() for one in parts]
    marks = [
        (int(pk), mark)
        for name in TO
        for value in message.get_all(name, [])
        for pk, mark in ENVELOPE.findall(str(value))
    ]
    ids, addresses = _returned(parts)
    if "message/feedback-report" in kinds:
        report = next(one for one in parts if one.get_content_type() == "message/feedback-report")
        fields = _fields(report)
        marks += _marks_in(fields.get("original-mail-from", ""))
        addresses += ADDRESS.findall(fields.get("original-rcpt-to", ""))
        about = fields.get("feedback-type", "abuse").lower()
        kind = OTHER if about in {"not-spam", "auth-failure"} else COMPLAINT
        return Found(kind, tuple(marks), tuple(ids), tuple(addresses), about[:200])
    if "message/delivery-status" in kinds:
        report = next(one for one in parts if one.get_content_type() == "message/delivery-status")
        return _delivery(report, marks, ids, addresses)
    return Found(OTHER, tuple(marks), tuple(ids), tuple(addresses), "")


def _delivery(
    report: Message, marks: list[tuple[int, str]], ids: list[str], addresses: list[str]
) -> Found:
    """RFC 3464, section 2.3: one group of fields a recipient; ours go to one each."""
    fields = _fields(report)
    action = fields.get("action", "").lower().strip().partition(" ")[0]  # a comment may follow
    status = STATUS.search(fields.get("status", ""))
    words = fields.get("diagnostic-code", "") or fields.get("status", "")
    # The answer often repeats the address, which belongs into no row that stays.
    detail = re.sub(r"\S+@\S+", "…", " ".join(words.split()))[:200]
    for name in ("final-recipient", "original-recipient"):
        addresses = addresses + ADDRESS.findall(fields.get(name, ""))
    if action != "failed":  # delayed: the other side still tries; delivered, relayed, expanded
        return Found(OTHER, tuple(marks), tuple(ids), tuple(addresses), detail)
    kind = kind_of_failure(status) if status else SOFT
    return Found(kind, tuple(marks), tuple(ids), tuple(addresses), detail)


def kind_of_failure(status: re.Match[str]) -> str:
    """What a status of RFC 3463 (a match of STATUS) says of the address of a mail that failed."""
    if status[1] != "5":
        return SOFT
    if status[2] in OF_POLICY:
        return OTHER
    return HARD if (status[2], status[3]) in GONE else SOFT


def _fields(report: Message) -> dict[str, str]:
    """All fields of a report's groups; of two groups, the first that has the field."""
    found: dict[str, str] = {}
    payload = report.get_payload()
    groups = (
        [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    )
    groups = groups or [email.message_from_string(str(payload))]
    for group in groups:
        for name, value in group.items():
            found.setdefault(str(name).lower(), str(value))
        if not group.items():
            inner = email.message_from_string(str(group.get_payload()))
            for name, value in inner.items():
                found.setdefault(str(name).lower(), str(value))
    return found


def _returned(parts: list[Message]) -> tuple[list[str], list[str]]:
    """Message-IDs and receivers of the mail that came back: as a part, or its headers alone."""
    found: list[str] = []
    addresses: list[str] = []
    heads = parts[1:]
    for part in parts[1:]:
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            body = part.get_payload(decode=True)
            text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(part)
            heads.append(email.message_from_string(text))
    for head in heads:
        found += MESSAGE_ID.findall(str(head.get("Message-ID", "")))
        addresses += ADDRESS.findall(str(head.get("To", "")))
    return list(dict.fromkeys(found)), list(dict.fromkeys(addresses))


def _marks_in(text: str) -> list[tuple[int, str]]:
    return [(int(pk), mark) for pk, mark in ENVELOPE.findall(text)]
