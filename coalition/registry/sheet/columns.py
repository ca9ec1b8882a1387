"""The columns of the registry's spreadsheet, in their order, with how each is read and written."""

from __future__ import annotations

from dataclasses import dataclass

from coalition.registry.models import Organisation

TEXT, FLAG, NUMBER, WHOLE, CODE, CODES, SHOWN = (
    "text", "flag", "number", "whole", "code", "codes", "shown",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its name in the first row, and what its cells hold.

    text · flag (yes or no) · number · whole (number) · code (of a region or legal form) · codes
    (joined by ";") · shown (written for reading, never read back).
    """

    name: str
    kind: str = TEXT

    @property
    def label(self) -> str:
        """What the admin calls the field, in the reader's language."""
        name = {"standing_since": "standing"}.get(self.name, self.name)
        if name in ("id", "standing"):
            return self.name
        return str(Organisation._meta.get_field(name).verbose_name)  # type: ignore[union-attr] # a column


_LANGUAGES = ("kk", "ru", "en")

COLUMNS: tuple[Column, ...] = (
    Column("id", WHOLE),
    Column("number", WHOLE),
    *(Column(f"name_{code}") for code in _LANGUAGES),
    *(Column(f"short_name_{code}") for code in _LANGUAGES),
    Column("region", CODE),
    *(Column(f"place_{code}") for code in _LANGUAGES),
    Column("settlement"),
    Column("legal_form", CODE),
    Column("legal_form_stated"),
    Column("bin"),
    Column("experience", CODES),
    *(Column(f"name_{code}_confirmed", FLAG) for code in _LANGUAGES),
    Column("name_ru_source"),
    Column("name_en_source"),
    Column("name_as_in_source"),
    Column("place_as_in_source"),
    Column("lat", NUMBER),
    Column("lon", NUMBER),
    Column("note"),
    Column("standing", SHOWN),
    Column("standing_since", SHOWN),
)
BY_NAME = {column.name: column for column in COLUMNS}
REQUIRED = ("name_kk", "region")
"""Columns without which a file is not the registry."""
