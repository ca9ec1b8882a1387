"""A kind of record for tests of search, over rows that already exist in the room.

A `Synonym` that is not in use serves as the record: its Kazakh and Russian terms are the titles,
its note the body, `reviewed` says whether it is public, its English terms hold the version.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from monitoring.search.documents import SearchDocument, Text
from monitoring.search.kinds import Hit, Kind
from monitoring.search.models import Synonym
from monitoring.search.services import touch


@dataclass
class Notes:
    """The kind "note"; `hidden` are public in the index but not to be seen any more."""

    hidden: set[int] = field(default_factory=set)

    def kind(self) -> Kind:
        return Kind("note", self.labels, self.queryset, self.from_db, self.visible, self.hits)

    def labels(self, facet: str, values: Sequence[str], language: str) -> Mapping[str, str]:
        if facet == "kind":
            return {"note": {"kk": "Жазба", "ru": "Заметка", "en": "Note"}[language]}
        return {value: f"{facet} {value}" for value in values}

    def queryset(self) -> QuerySet[Synonym]:
        return Synonym.objects.filter(active=False, reviewed=True)

    def from_db(self, row: Synonym) -> SearchDocument:
        texts = {}
        if row.terms_kk:
            texts["kk"] = Text(row.terms_kk, row.note)
        if row.terms_ru:
            texts["ru"] = Text(row.terms_ru, "")
        return SearchDocument(
            "note",
            row.pk,
            int(row.terms_en or 1),
            texts,
            {"body": ("senate",) if row.opaque else ()},
        )

    def visible(self, ids: Iterable[int]) -> set[int]:
        allowed = self.queryset().filter(pk__in=list(ids)).values_list("pk", flat=True)
        return set(allowed) - self.hidden

    def hits(self, ids: Sequence[int], language: str) -> Mapping[int, Hit]:
        return {
            row.pk: Hit(
                row.terms_kk or row.terms_ru, f"/notes/{row.pk}", "kk" if row.terms_kk else "ru"
            )
            for row in self.queryset().filter(pk__in=ids)
        }


def make_note(title: str = "", body: str = "", *, ru: str = "", senate: bool = False) -> Synonym:
    """A public record, told to the index."""
    row = Synonym.objects.create(
        key=f"note-{uuid.uuid4().hex[:12]}", terms_kk=title, terms_ru=ru, note=body,
        opaque=senate, active=False, reviewed=True,
    )  # fmt: skip
    touch("note", [row.pk])
    return row


def change_note(row: Synonym, title: str) -> None:
    """A new title, told to the index."""
    row.terms_kk = title
    row.terms_en = str(int(row.terms_en or 1) + 1)
    row.save()
    touch("note", [row.pk])
