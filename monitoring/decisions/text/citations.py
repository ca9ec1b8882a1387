"""Acts named in a text: «2001 жылғы 23 қаңтардағы № 148-II», "от 23.01.2001 г. № 148", codes.

Pure functions. What a citation names is not decided here: `decisions.citations` asks the record.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitoring.core.text import one_alphabet
from monitoring.decisions.text.bilingual import (
    BACK_DATE,
    KAZAKH_DATE,
    MONTH,
    RUSSIAN_DATE,
    SHORT_DATE,
)
from monitoring.search.analysis import number_token

_NUMBER = re.compile(r"(?:№|\bn)[ \u00a0]{0,3}(?P<n>\d[\w/-]{0,40})", re.IGNORECASE)
_CODE = re.compile(r"(?<![A-Za-z0-9_])(?P<c>[A-Z]\d{2}[0-9A-Z]{7,8}_?)(?![A-Za-z0-9_])")
"""The codes of the official collection: a letter for the kind, the year, the number."""
_DATE_THEN_NUMBER = re.compile(r"[\s,]{0,3}(?:г(?:ода|\.)?)?[\s,]{0,3}")
_NUMBER_THEN_DATE = re.compile(r"[\s,]{0,3}(?:от[\s]{1,3})?")
_GAP = 10  # characters between a number and its date, at most
_LOOK_BACK = 90

_KINDS = (
    ("law", r"закон|кодекс|конституц|заң|кодекс"),
    ("decree", r"указ|жарлы[кғ]|жарлық"),
    ("resolution", r"постановлен|қаулы"),
    ("order", r"приказ|бұйры[кғқ]|распоряжен|өкім"),
    ("decision", r"решени|шешім"),
)
_KIND = re.compile("|".join(rf"(?P<{name}>\b(?:{words}))" for name, words in _KINDS))


@dataclass(frozen=True)
class Citation:
    """An act named in a text: text[start:end] are its words.

    `number` and `code` read as `number_token` writes them (one of the two is empty); `kind` is law,
    decree, resolution, order or decision where a word beside it says so; `written` is the number as
    the text writes it.
    """

    start: int
    end: int
    number: str = ""
    date: dt.date | None = None
    code: str = ""
    kind: str = ""
    written: str = ""


def find_citations(text: str) -> tuple[Citation, ...]:
    """The acts that a text names, in their order; they never overlap."""
    plain = one_alphabet(text).lower()
    if len(plain) != len(text):  # a letter that changes its length: offsets must hold
        plain = text
    dates = list(_dates(plain))
    ending = {last: (first, day) for first, last, day in dates}
    beginning = {first: (last, day) for first, last, day in dates}
    found = [Citation(one.start("c"), one.end("c"), code=one["c"]) for one in _CODE.finditer(text)]
    for one in _NUMBER.finditer(plain):
        start, end = one.start(), one.end() - len(one["n"]) + len(one["n"].rstrip("-/_"))
        day = None
        for last in range(start, start - _GAP, -1):
            if last in ending and _DATE_THEN_NUMBER.fullmatch(plain, last, start):
                start, day = ending[last]
                break
        for first in range(end, end + _GAP):
            if (
                day is None
                and first in beginning
                and _NUMBER_THEN_DATE.fullmatch(plain, end, first)
            ):
                end, day = beginning[first]
        written = text[one.start("n") : one.end("n")].rstrip("-/_")
        number = number_token(written)
        kind = _kind(plain, start, end)
        found.append(Citation(start, end, number, day, kind=kind, written=written))
    return tuple(_apart(found))


def pieces(text: str, citations: Sequence[Citation]) -> list[tuple[str, Citation | None]]:
    """The text cut at its citations: every part in its order; joined they are the text."""
    parts: list[tuple[str, Citation | None]] = []
    at = 0
    for one in citations:
        if one.start > at:
            parts.append((text[at : one.start], None))
        parts.append((text[one.start : one.end], one))
        at = one.end
    if at < len(text):
        parts.append((text[at:], None))
    return parts


def same_number(one: str, other: str) -> bool:
    """«148-II» and «148» are one number: the convocation after it is often left out."""
    if one == other:
        return True
    short = re.sub(r"(?<=\d)-[ivxlc]+$", "", one), re.sub(r"(?<=\d)-[ivxlc]+$", "", other)
    return short[0] == short[1] and short[0] in (one, other)


def _dates(plain: str) -> Iterator[tuple[int, int, dt.date]]:
    ended = -1
    matches = [
        one
        for pattern in (KAZAKH_DATE, RUSSIAN_DATE, SHORT_DATE, BACK_DATE)
        for one in pattern.finditer(plain)
    ]
    for one in sorted(matches, key=lambda found: (found.start(), -found.end())):
        if one.start() < ended:
            continue
        year = int(one["y"])
        if len(one["y"]) == 2:
            year += 1900 if year > 60 else 2000
        try:
            day = dt.date(year, MONTH.get(one["m"]) or int(one["m"]), int(one["d"]))
        except ValueError:  # 31 February
            continue
        ended = one.end()
        yield one.start(), ended, day


def _kind(plain: str, start: int, end: int) -> str:
    """What the act is: by the word right after (Kazakh), else by the nearest one before."""
    after = _KIND.match(plain, end + 1) if end < len(plain) else None
    if after:
        return after.lastgroup or ""
    before = re.split(r"[.;:!?\n](?=\s)", plain[max(0, start - _LOOK_BACK) : start])[-1]
    named = list(_KIND.finditer(before))
    return named[-1].lastgroup or "" if named else ""


def _apart(found: list[Citation]) -> Iterator[Citation]:
    ended = 0
    for one in sorted(found, key=lambda citation: (citation.start, -citation.end)):
        if one.start >= ended and one.end > one.start:
            ended = one.end
            yield one
