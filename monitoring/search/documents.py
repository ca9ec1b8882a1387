"""What is put into the index: pure data, made by each room's `from_db`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

HEAD = 30_000
"""Letters of a text that are weighed word by word, some fifteen pages. All of a longer one is found
(see `streams`), and excerpts from the rest of it come from the database (`stretches`)."""
MOST = 2_400_000
"""Letters of a text that are searched at all: no act in force is longer."""


@dataclass(frozen=True)
class Text:
    """What is searched of a record in one language: plain text, no markup.

    An excerpt is cut from `body`, whose lines are its provisions where a kind knows `places`. What
    stands in `also` (names of bodies and topics, the standing) finds a record and is not shown.
    `marks` of a long body: (number of a line from 0, anchor, label) of its provisions, ascending.
    """

    title: str
    body: str = ""
    also: str = ""
    marks: tuple[tuple[int, str, str], ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether only the beginning of the body is weighed word by word."""
        return len(self.body) > HEAD


@dataclass(frozen=True)
class SearchDocument:
    """One public record as the index knows it.

    `version` grows with every change of the record (microseconds of its last change do): an older
    one never replaces a newer one. `texts` by language code. `facets`: facet name to the keys of
    its values ("body": ("senate",)); `kind`, `year` and `lang` are added by the room itself from
    `kind`, `date` and `texts`. `numbers`: act numbers and codes, as written.
    """

    kind: str
    id: int
    version: int
    texts: Mapping[str, Text]
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()
    date: dt.date | None = None

    @property
    def key(self) -> str:
        """The name of the record in the index: "decision:12"."""
        return f"{self.kind}:{self.id}"

    def all_facets(self) -> dict[str, tuple[str, ...]]:
        """The facets with those that every document has: kind, lang and (if dated) year."""
        return self._facets

    def stored(self) -> dict[str, list[str]]:
        """What an engine keeps for excerpts: {lang: [title, body]}, of a long body its beginning.

        A third, empty part says that there is more.
        """
        return {
            language: [text.title, text.body[:HEAD], ""]
            if text.is_long
            else [text.title, text.body]
            for language, text in self.texts.items()
        }

    @cached_property
    def _facets(self) -> dict[str, tuple[str, ...]]:
        found = {name: tuple(values) for name, values in self.facets.items() if values}
        found["kind"] = (self.kind,)
        found["lang"] = tuple(language for language, text in self.texts.items() if text.title)
        if self.date is not None:
            found["year"] = (str(self.date.year),)
        return found
