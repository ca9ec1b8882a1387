"""Cells of a CSV file that a spreadsheet opens without computing anything of a stranger's."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

BOM = b"\xef\xbb\xbf"
"""By which spreadsheets know UTF-8."""
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """Text that a spreadsheet takes for text: what it would compute gets an apostrophe in front.

    OWASP, "CSV Injection": a cell that begins with = + - @, a tab or a line break.
    """
    return f"'{text}" if text.startswith(_RISKY) else text


def cell(value: Any) -> str:
    """A value as text: nothing for None, several joined by ";", never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, float):
        return str(value)  # a number of ours, which may well begin with a minus
    return safe_cell(str(value))


def line(cells: Iterable[Any]) -> bytes:
    """A line of RFC 4180 in UTF-8."""
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()
