"""What a connector reads out of an answer. Knows no Django: it is made in a child process."""

from __future__ import annotations

from dataclasses import dataclass, field


class UnreadableError(Exception):
    """The bytes are not what the connector reads; `code` is one of `reasons.SENTENCES`.

    `setting` names the setting of the source that is to blame, if one is.
    """

    def __init__(self, code: str, setting: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.setting = setting


@dataclass(frozen=True)
class Entry:
    """What a source says in one item; texts are plain, without mark-up or control characters.

    `key` names the item within its source (its id, else its link, else a hash of its text);
    `published` is the source's own date as ISO 8601 in UTC, or empty.

    What only some sources say, empty where they do not, always in the source's own words:
    `number` (of adoption), `code` (in an official collection), `kind`, `status`, `body` (who
    issued it), `date` (of the document) and `deadline` (last day of a public discussion), both
    YYYY-MM-DD; `mark`, a hash of the words of the item's own page, by which a silent edit is seen;
    `titles` by language, where one item has several; `said`: whatever else it says
    that should not be lost, such as a status that differs between the languages (`status.kk`).
    """

    key: str
    title: str
    link: str = ""
    summary: str = ""
    published: str = ""
    language: str = ""
    number: str = ""
    code: str = ""
    kind: str = ""
    status: str = ""
    body: str = ""
    date: str = ""
    deadline: str = ""
    mark: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def facts(self) -> dict[str, object]:
        """What it says beyond title, link, text and date; empty values left out."""
        names = ("number", "code", "kind", "status", "body", "date", "deadline", "titles", "said")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True)
class Ask:
    """One request of a source: an address, and the JSON that is posted to it, if any."""

    url: str
    post: str = ""


@dataclass(frozen=True)
class Note:
    """Something about one item that a person should know: `code` of `reasons.NOTES`, `what` it is
    about, and whether the item was `taken` all the same."""

    code: str
    what: str = ""
    taken: bool = False


@dataclass(frozen=True)
class Reading:
    """An answer as a connector reads it: entries, notes, and what should be asked besides.

    `worse` is a code of `reasons.SENTENCES` when the answer is not what it should be although
    entries could be read: of half a body the first half. The entries are taken in, and the source
    counts as not read well.
    """

    entries: list[Entry]
    notes: list[Note] = field(default_factory=list)
    follow: list[Ask] = field(default_factory=list)
    worse: str = ""
