"""What is put into the index: pure data, made by each room's `from_db`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Text:
    """What is searched of a record in one language: plain text, no markup.

    An excerpt is cut from `body`, whose lines are its provisions where a kind knows `places`. What
    stands in `also` (names of bodies and topics, the standing) finds a record and is not shown.
    """

    title: str
    body: str = ""
    also: str = ""


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

    @cached_property
    def _facets(self) -> dict[str, tuple[str, ...]]:
        found = {name: tuple(values) for name, values in self.facets.items() if values}
        found["kind"] = (self.kind,)
        found["lang"] = tuple(language for language, text in self.texts.items() if text.title)
        if self.date is not None:
            found["year"] = (str(self.date.year),)
        return found
