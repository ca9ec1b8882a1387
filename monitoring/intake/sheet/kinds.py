"""What can be brought as a table, and what one row of it would do. Rooms above register theirs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from monitoring.core import clock
from monitoring.core.dates import Precision, parse_partial
from monitoring.core.text import fold
from monitoring.evidence.sheets.files import FORMULA, MERGED, MOST_LETTERS

NEW, CHANGED, SAME, ERROR = "new", "changed", "same", "error"


@dataclass(frozen=True)
class Column:
    """A column: its name in files, what people call it, and what its cells hold (help)."""

    name: str
    label: Any
    hint: Any = ""


@dataclass
class RowPlan:
    """What one row would do; `values` is what to write."""

    line: int
    state: str = SAME
    name: str = ""
    pk: int | None = None
    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    """Label, how it reads now, how it would read."""
    errors: list[tuple[str, str]] = field(default_factory=list)
    """Column and what is wrong with it."""
    notes: list[str] = field(default_factory=list)
    """What the row says and will not be written, in words."""

    def refuse(self, column: Any, sentence: str) -> None:
        """Note an error; the row writes nothing."""
        self.errors.append((str(column), sentence))


@dataclass(frozen=True)
class Plan:
    """Every row of a table."""

    rows: Sequence[RowPlan]

    def of(self, state: str) -> list[RowPlan]:
        """The rows in one state."""
        return [row for row in self.rows if row.state == state]

    @property
    def digest(self) -> str:
        """What it would write, as a hash: whoever read the same plan says the same."""
        written = [(row.line, row.state, row.pk, row.version, row.values) for row in self.rows]
        text = json.dumps(written, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A kind of table. `judge` reads (number, cells by column) and writes nothing; `prepare` makes
    all that is to be written, outside of a transaction, and returns what runs inside one."""

    kind: str
    title: Any
    about: Any
    columns: Sequence[Column]
    judge: Callable[[Sequence[tuple[int, Cells]]], list[RowPlan]]
    prepare: Callable[[Sequence[RowPlan], Sequence[RowPlan], str, Any], Callable[[], None]]
    export: Callable[[], Iterable[Sequence[Any]]]
    rights: Sequence[str]

    def by_name(self, text: str) -> str:
        """The column that a head means: by its name, or by what people call it; else empty."""
        meant = fold(text).replace(" ", "_")
        for column in self.columns:
            if meant in {column.name, fold(str(column.label)).replace(" ", "_")}:
                return column.name
        return ""


_sheets: dict[str, Sheet] = {}


def register(sheet: Sheet) -> None:
    """Make a kind of table known."""
    _sheets[sheet.kind] = sheet


def get(kind: str) -> Sheet:
    """The kind; KeyError for one nobody registered."""
    return _sheets[kind]


# -- cells ---------------------------------------------------------------------------------------


def text_of(raw: Any) -> str:
    """A cell as text; whole numbers without ".0". Raises ValidationError in words."""
    if raw == FORMULA:
        raise ValidationError(_("The cell holds a formula. Put its result there as text."))
    if raw == MERGED:
        raise ValidationError(_("The cell is merged with its neighbour. Unmerge the cells."))
    if raw is None or isinstance(raw, bool):
        return "" if raw is None else str(raw)
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    text = str(raw)
    if len(text) > MOST_LETTERS:
        raise ValidationError(_("More than %(most)s letters.") % {"most": MOST_LETTERS})
    return text


def date_of(raw: Any) -> tuple[dt.date | None, str]:
    """A date and its precision from what people and spreadsheets write. Raises ValidationError."""
    text = text_of(raw)
    if not text:
        return None, Precision.UNKNOWN
    if isinstance(raw, (int, float)) and 3000 < raw < 100_000:
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(raw))
        raise ValidationError(
            _(
                "%(value)s is the number by which spreadsheets keep days. If %(day)s is meant, "
                "write it so, or format the column as a date."
            )
            % {"value": text, "day": f"{day:%d.%m.%Y}"}
        )
    try:
        date, precision = parse_partial(text.removesuffix(" 00:00:00"))
    except ValueError:
        raise ValidationError(
            _("“%(text)s” is not a date. Write 24.11.2026, 12.1993 or 2015.") % {"text": text[:40]}
        ) from None
    if not 1900 <= date.year <= clock.today().year + 10:
        raise ValidationError(_("The year %(year)s cannot be right.") % {"year": date.year})
    return date, precision


def choice_of(raw: Any, known: Mapping[str, int]) -> int | None:
    """The id of what a key or a label names; None for an empty cell. Raises ValidationError."""
    text = text_of(raw)
    if not text:
        return None
    if (found := known.get(fold(text))) is None:
        raise ValidationError(unknown(text))
    return found


def unknown(text: str) -> str:
    """The sentence about a code or name that nothing has."""
    return _("“%(value)s” is not known here. Write its code or its name as the site shows it.") % {
        "value": text[:80]
    }
