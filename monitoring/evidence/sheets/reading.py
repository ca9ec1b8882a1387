"""Bytes of a spreadsheet to rows. Knows no Django: it runs in the sandbox's child process.

A workbook is a ZIP of XML that somebody else made, so it is judged before a library opens it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from monitoring.evidence.entries import Entry, UnreadableError

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
"""Of all parts together: 5,000 rows of 40 columns unpack to about 12 MB."""
MOST_PARTS = 200
MOST_ROWS = 5000
MOST_COLUMNS = 60
MOST_LETTERS = 6000
"""Of one cell; what is longer is cut one letter later, so that it can be told and refused."""
MOST_MERGED = 200_000
"""Cells of merged ranges that are remembered."""
_SIGN = "\ue000"
"""Begins what stands for no text; a letter that nobody has, and that every database takes."""
FORMULA, MERGED = f"{_SIGN}formula", f"{_SIGN}merged"
"""Stand for a cell that computes and for one swallowed by its neighbour: no text holds a NUL."""
_RANGE = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]{0,200}?ref=.([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\W"
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_RUSSIAN_KAZAKH = re.compile("[а-яёәғқңөұүһі№«»–—’…“”„ ]", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"


def read(raw: bytes, name: str, settings: Mapping[str, Any]) -> list[Entry]:
    """One Entry whose summary is the table as JSON: {names, rows: [[number, cells]], sheet, other,
    hidden, encoding}. `settings` may say {"csv": false}. Raises UnreadableError with a code of
    `files.SENTENCES`.
    """
    if not raw.strip():
        raise UnreadableError("sheet_empty")
    if len(raw) > MOST_BYTES:
        raise UnreadableError("sheet_big")
    if raw.startswith(_OLE):
        raise UnreadableError("sheet_old")
    if raw.startswith(b"PK") or not settings.get("csv", True):
        table = _workbook(raw)
    else:
        table = _plain(raw)
    return [Entry(key=name or "table", title="", summary=json.dumps(table, ensure_ascii=False))]


# -- CSV -----------------------------------------------------------------------------------------


def _plain(raw: bytes) -> dict[str, Any]:
    text, encoding = _decoded(raw)
    head = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", head)
    mark = max(";,\t|", key=bare.count)
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False)
    try:
        rows = ((place, [_text(cell) for cell in row]) for place, row in enumerate(reader, start=1))
        names, lines = _table(rows)
    except csv.Error:
        raise UnreadableError("sheet_csv") from None
    return {"names": names, "rows": lines, "sheet": "", "other": [], "hidden": [],
            "encoding": encoding}  # fmt: skip


def _decoded(raw: bytes) -> tuple[str, str]:
    """The text, and the encoding if it was guessed; UTF-8, else the old Windows one.

    KZ-1048 is Windows-1251 with the Kazakh letters in the places of Serbian ones.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return raw.decode(encoding), ""
            except UnicodeDecodeError:
                raise UnreadableError("sheet_encoding") from None
    if b"\0" in raw:
        raise UnreadableError("sheet_kind")
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("kz1048")
    except UnicodeDecodeError:
        raise UnreadableError("sheet_encoding") from None
    foreign = [letter for letter in text if letter > "\x7f"]
    known = sum(1 for letter in foreign if _RUSSIAN_KAZAKH.match(letter))
    controls = sum(1 for letter in text if letter < " " and letter not in "\r\n\t")
    if controls or known < 0.9 * len(foreign):
        raise UnreadableError("sheet_encoding")
    return text, "Windows-1251"


def _text(cell: str) -> Any:
    """A cell of a CSV file: "=" begins a formula; an apostrophe before it says that it is text."""
    text = "".join(letter for letter in cell if letter in "\n\t" or " " <= letter != _SIGN)
    text = text.strip()
    if text.startswith("="):
        return FORMULA
    if text[:1] == "'" and text[1:2] in "=+-@" and len(text) > 1:
        text = text[1:]
    return text[: MOST_LETTERS + 1]


# -- XLSX ----------------------------------------------------------------------------------------


def _workbook(raw: bytes) -> dict[str, Any]:
    archive = _judged(raw)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
        try:
            shown = [one for one in book.worksheets if one.sheet_state == "visible"]
            if not shown:
                raise UnreadableError("sheet_hidden")
            sheet = shown[0]
            merged = _merged(archive, sheet)
            sheet.reset_dimensions()  # what a file says of its own size is not believed
            # One row and one column more than are taken, to see that there are more.
            cells = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1)
            rows = (
                (number, [
                    MERGED if (number, place) in merged else _value(cell)
                    for place, cell in enumerate(row, start=1)
                ])
                for number, row in enumerate(cells, start=1)
            )  # fmt: skip
            names, lines = _table(rows)
            return {
                "names": names,
                "rows": lines,
                "sheet": sheet.title,
                "other": [one.title for one in shown[1:]],
                "hidden": [one.title for one in book.worksheets if one not in shown],
                "encoding": "",
            }
        finally:
            book.close()
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise UnreadableError("sheet_broken") from error


def _judged(raw: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise UnreadableError("sheet_kind") from None
    names = {part.filename.lower() for part in parts}
    if "[content_types].xml" not in names or not any(n.startswith("xl/") for n in names):
        raise UnreadableError("sheet_kind")
    if any("vbaproject" in name or "macrosheets" in name for name in names):
        raise UnreadableError("sheet_macros")
    if len(parts) > MOST_PARTS or _unpacked(archive, parts) > MOST_UNPACKED:
        raise UnreadableError("sheet_bomb")
    return archive


def _unpacked(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> int:
    """Bytes of all parts, counted by unpacking: what a file says of itself is not believed.

    Stops at the limit. Raises UnreadableError for a part that declares entities or is damaged.
    """
    total = 0
    for part in parts:
        try:
            with archive.open(part) as stream:
                head = True
                while chunk := stream.read(256 * 1024):
                    total += len(chunk)
                    if head and b"<!DOCTYPE" in chunk[:4096].upper():
                        raise UnreadableError("sheet_entities")
                    head = False
                    if total > MOST_UNPACKED:
                        return total
        except (UnreadableError, MemoryError):
            raise
        except Exception:  # zlib, zipfile and others have errors of their own
            raise UnreadableError("sheet_locked") from None
    return total


def _merged(archive: zipfile.ZipFile, sheet: Any) -> set[tuple[int, int]]:
    """Rows and columns of cells that a merged neighbour swallowed."""
    found: set[tuple[int, int]] = set()
    for text in _RANGE.findall(archive.read(sheet._worksheet_path.lstrip("/"))):
        left, top, right, bottom = range_boundaries(text.decode())
        for row in range(top, min(bottom, MOST_ROWS + 2) + 1):
            for column in range(left, min(right, MOST_COLUMNS + 1) + 1):
                if (row, column) != (top, left):
                    found.add((row, column))
            if len(found) > MOST_MERGED:
                raise UnreadableError("sheet_merged")
    return found


def _value(cell: Any) -> Any:
    """A cell as text, number or truth; spaces at its ends go, formulas are only marked."""
    value = cell.value
    if value is None:
        return None
    if cell.data_type in ("f", "e"):
        return FORMULA
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if abs(value) < 1e15 else str(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    text = str(value).replace("\0", "").replace(_SIGN, "").strip()
    return text[: MOST_LETTERS + 1]


# -- both ----------------------------------------------------------------------------------------


def _table(rows: Iterable[tuple[int, list[Any]]]) -> tuple[list[str], list[list[Any]]]:
    """The names of the columns, and the rows below that say something, each with its number."""
    lines: list[list[Any]] = []
    names: list[str] = []
    for number, cells in rows:
        if number == 1:
            if MERGED in cells:
                raise UnreadableError("sheet_merged_head")
            names = [" ".join(str("" if one in (None, FORMULA) else one).split()) for one in cells]
            while names and not names[-1]:
                names.pop()
            if len(names) > MOST_COLUMNS:
                raise UnreadableError("sheet_columns")
            if not names:
                raise UnreadableError("sheet_no_head")
            continue
        if not any(value not in (None, "") for value in cells):
            continue
        if len(lines) >= MOST_ROWS or number > MOST_ROWS + 1:
            raise UnreadableError("sheet_rows")
        lines.append([number, [*cells[: len(names)], *[None] * (len(names) - len(cells))]])
    if not lines:
        raise UnreadableError("sheet_no_rows" if names else "sheet_empty")
    return names, lines
