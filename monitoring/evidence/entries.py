"""One item of a source, as a connector reads it. Knows no Django: it is made in a child process."""

from __future__ import annotations

from dataclasses import dataclass


class UnreadableError(Exception):
    """The bytes are not what the connector reads; `code` is one of `reasons.SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Entry:
    """What a source says in one item; texts are plain, without mark-up or control characters.

    `key` names the item within its source (its id, else its link, else a hash of its text);
    `published` is the source's own date as ISO 8601 in UTC, or empty.
    """

    key: str
    title: str
    link: str = ""
    summary: str = ""
    published: str = ""
    language: str = ""
