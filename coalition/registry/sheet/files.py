"""Workbooks (XLSX) in and out: bytes to rows of text and back. Knows no database.

A workbook is a ZIP of XML that somebody else made, so it is judged before a library opens it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
"""Of all parts together: 5,000 rows of the registry unpack to about 12 MB."""
MOST_PARTS = 200
MOST_ROWS = 5000
MOST_COLUMNS = 60
MOST_LETTERS = 5000
"""Of one cell."""
FORMULA = "\0formula"
"""Stands for a cell that computes: never a text, since no cell may hold a NUL."""


@dataclass(frozen=True)
class Line:
    """One row below the head: its number in the sheet and its cells by column name."""

    number: int
    cells: dict[str, Any]


def write(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook with one sheet. Text stays text, also where it begins with "="."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("registry")
    sheet.freeze_panes = "C2"
    head = [WriteOnlyCell(sheet, value=name) for name in names]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    clean = "".join(letter for letter in value if letter >= " " or letter in "\n\t")
    cell = WriteOnlyCell(sheet, value=clean)
    cell.data_type = "s"  # openpyxl takes "=…" for a formula by itself
    cell.quotePrefix = True
    return cell


def read(content: bytes) -> tuple[list[str], list[Line]]:
    """The names in the first row and the rows below, of the first sheet.

    Raises ValidationError for what is no workbook, or a hostile one: too big, too much when
    unpacked, macros, entities, more rows or columns than the registry could have.
    """
    _judge(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of its own size is not believed
            return _rows(sheet)
        finally:
            book.close()
    except ValidationError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise ValidationError(
            _("The file cannot be read as an XLSX workbook. Save it anew from your spreadsheet."),
            code="xlsx_broken",
        ) from error


def _judge(content: bytes) -> None:
    if not content:
        raise ValidationError(_("The file is empty."), code="xlsx_empty")
    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("The file has %(size)s MB; at most %(most)s MB are taken."),
            code="xlsx_big",
            params={"size": round(len(content) / 1024**2, 1), "most": MOST_BYTES // 1024**2},
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise ValidationError(
            _("This is not an XLSX workbook. Save the table as “Excel workbook (.xlsx)”."),
            code="xlsx_kind",
        ) from None
    names = {part.filename.lower() for part in parts}
    if "[content_types].xml" not in names or not any(n.startswith("xl/") for n in names):
        raise ValidationError(
            _("This is not an XLSX workbook. Save the table as “Excel workbook (.xlsx)”."),
            code="xlsx_kind",
        )
    if any("vbaproject" in name or "macrosheets" in name for name in names):
        raise ValidationError(
            _("The workbook holds macros. Save it without them, as .xlsx."), code="xlsx_macros"
        )
    if len(parts) > MOST_PARTS or _unpacked(archive, parts) > MOST_UNPACKED:
        raise ValidationError(
            _("The file unpacks to more than the registry could hold."), code="xlsx_bomb"
        )


def _unpacked(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> int:
    """Bytes of all parts, counted by unpacking: what a file says of itself is not believed.

    Stops at the limit. Raises ValidationError for a part that declares entities or is damaged.
    """
    total = 0
    for part in parts:
        try:
            with archive.open(part) as stream:
                head = True
                while chunk := stream.read(256 * 1024):
                    total += len(chunk)
                    if head and b"<!DOCTYPE" in chunk[:4096].upper():
                        raise ValidationError(
                            _("The workbook declares entities, which no spreadsheet does."),
                            code="xlsx_entities",
                        )
                    head = False
                    if total > MOST_UNPACKED:
                        return total
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
            raise ValidationError(
                _("The file is damaged or locked with a password."), code="xlsx_locked"
            ) from None
        except ValidationError:
            raise
        except Exception:  # zlib and others have errors of their own
            raise ValidationError(
                _("The file is damaged or locked with a password."), code="xlsx_locked"
            ) from None
    return total


def _rows(sheet: Any) -> tuple[list[str], list[Line]]:
    lines: list[Line] = []
    names: list[str] = []
    # One row and one column more than are taken, to see that there are more.
    rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1)
    for number, row in enumerate(rows, start=1):
        cells = [_value(cell) for cell in row]
        if number == 1:
            names = [str(value or "").strip().lower() for value in cells]
            if any(names[MOST_COLUMNS:]):
                raise ValidationError(
                    _("The sheet has more than %(most)s columns."),
                    code="xlsx_columns",
                    params={"most": MOST_COLUMNS},
                )
            continue
        if not any(value not in (None, "") for value in cells):
            continue
        if number > MOST_ROWS + 1:
            raise ValidationError(
                _("The sheet has more than %(most)s rows."),
                code="xlsx_rows",
                params={"most": MOST_ROWS},
            )
        lines.append(
            Line(number, {name: value for name, value in zip(names, cells, strict=False) if name})
        )
    return [name for name in names if name], lines


def _value(cell: Any) -> Any:
    """A cell as text, number or truth; spaces at its ends go, formulas are only marked."""
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, (bool, int, float)):
        return value
    text = str(value).replace("\0", "").strip()
    return text[: MOST_LETTERS + 1]
