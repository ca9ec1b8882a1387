"""Spreadsheets in and out: strangers' bytes to a table by the sandbox, rows to XLSX and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from monitoring.evidence.entries import UnreadableError
from monitoring.evidence.sandbox import read_apart
from monitoring.evidence.sheets.reading import (
    FORMULA,
    MERGED,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_LETTERS,
    MOST_PARTS,
    MOST_ROWS,
    MOST_UNPACKED,
)

__all__ = [
    "FORMULA", "MERGED", "MOST_BYTES", "MOST_COLUMNS", "MOST_LETTERS", "MOST_PARTS", "MOST_ROWS",
    "MOST_UNPACKED", "Line", "Table", "read_table", "write_csv", "write_xlsx",
]  # fmt: skip

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DIED = gettext_noop(
    "The file broke the reader or kept it too long; it works apart from the site, which goes on. "
    "Save the table anew from your spreadsheet."
)
SENTENCES = {
    "sheet_empty": gettext_noop("The file is empty."),
    "sheet_big": gettext_noop("The file has %(size)s MB; at most %(megabytes)s MB are taken."),
    "sheet_old": gettext_noop(
        "This is an old .xls workbook, or one locked with a password. Save it as "
        "“Excel workbook (.xlsx)”, without a password."
    ),
    "sheet_kind": gettext_noop(
        "This is not an XLSX workbook. Save the table as “Excel workbook (.xlsx)”."
    ),
    "sheet_broken": gettext_noop(
        "The file cannot be read as an XLSX workbook. Save it anew from your spreadsheet."
    ),
    "sheet_csv": gettext_noop("The file cannot be read as CSV. Save it as XLSX or CSV in UTF-8."),
    "sheet_encoding": gettext_noop(
        "The letters of the file cannot be read. Save it as “CSV UTF-8” or as XLSX."
    ),
    "sheet_macros": gettext_noop("The workbook holds macros. Save it without them, as .xlsx."),
    "sheet_bomb": gettext_noop("The file unpacks to more than a table of this kind could hold."),
    "sheet_entities": gettext_noop("The workbook declares entities, which no spreadsheet does."),
    "sheet_locked": gettext_noop("The file is damaged or locked with a password."),
    "sheet_hidden": gettext_noop("Every sheet of the workbook is hidden. Show the one with rows."),
    "sheet_merged": gettext_noop("The sheet has too many merged cells. Unmerge them."),
    "sheet_merged_head": gettext_noop(
        "The first row has merged cells, so columns have no names of their own. Unmerge them."
    ),
    "sheet_columns": gettext_noop("The sheet has more than %(columns)s columns."),
    "sheet_rows": gettext_noop("The sheet has more than %(rows)s rows."),
    "sheet_no_head": gettext_noop("The first row is empty: it must name the columns."),
    "sheet_no_rows": gettext_noop("The sheet holds names of columns and no rows below them."),
    "parser_died": _DIED,
    "parser_slow": _DIED,
}


@dataclass(frozen=True)
class Line:
    """One row below the head: its number in the sheet and its cells by column name."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """What a spreadsheet says. Cells are text, number, truth, None, or FORMULA and MERGED."""

    names: list[str]
    rows: list[list[Any]]
    """Number in the sheet, and cells in the order of the names."""
    sheet: str = ""
    other: Sequence[str] = ()
    """Further sheets, not read."""
    hidden: Sequence[str] = ()
    encoding: str = ""
    """Of a CSV file, where it was guessed."""


def read_table(content: bytes, name: str = "", *, csv_too: bool = True) -> Table:
    """The first visible sheet of a workbook, or a CSV file. Raises ValidationError in words."""
    try:
        if len(content) > MOST_BYTES:
            raise UnreadableError("sheet_big")
        said = read_apart(
            "monitoring.evidence.sheets.reading:read", content, name[:200], {"csv": csv_too}
        )
    except UnreadableError as error:
        values = {
            "size": round(len(content) / 1024**2, 1),
            "megabytes": MOST_BYTES // 1024**2,
            "columns": MOST_COLUMNS,
            "rows": MOST_ROWS,
        }
        sentence = SENTENCES.get(error.code, _DIED)
        raise ValidationError(gettext(sentence) % values, code=error.code) from None
    return Table(**json.loads(said.entries[0].summary))


def write_xlsx(names: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "table") -> bytes:
    """A workbook with one sheet. Text stays text, also where it begins with "="."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
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


def write_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV after RFC 4180 with a BOM, by which spreadsheets know UTF-8; "=" and its like, with which
    a formula could begin, get an apostrophe in front, which `read_table` takes off again."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(names)
    for row in rows:
        writer.writerow([f"'{one}" if str(one)[:1] in {*"=+-@"} else one for one in row])
    return made.getvalue().encode("utf-8-sig")


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    clean = "".join(letter for letter in value if letter >= " " or letter in "\n\t")
    cell = WriteOnlyCell(sheet, value=clean)
    cell.data_type = "s"  # openpyxl takes "=…" for a formula by itself
    cell.quotePrefix = True
    return cell
