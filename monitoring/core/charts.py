"""Charts as numbers for a template: where each bar and word stands. Pure; no colour, no script.

Lengths are in em and per cent, so that a chart fits a phone and grows with the reader's letters.
`components/chart_bars.html` and `components/chart_columns.html` draw them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

LETTERS = 32
"""Of a label in one line: what fits a page of 320 px."""
LINE, BAR, GAP = 1.35, 0.8, 0.9
TALL = 8.0
"""Height of the highest column."""
MOST_TICKS = 6


@dataclass(frozen=True)
class Row:
    """One value of a chart: its words, its number, and where the number leads."""

    label: str
    count: int
    url: str = ""
    value: str = ""


@dataclass(frozen=True)
class Bar:
    """A row drawn: lines of its label with their height, the bar under them."""

    row: Row
    lines: list[tuple[str, str]]
    top: str
    width: str


@dataclass(frozen=True)
class Column:
    """A value drawn upright: its middle and left edge in per cent; `tick` is said under it."""

    row: Row
    left: str
    middle: str
    width: str
    top: str
    height: str
    tick: str
    says: str


@dataclass(frozen=True)
class Bars:
    """Bars one under another."""

    bars: list[Bar]
    height: str


@dataclass(frozen=True)
class Columns:
    """Columns side by side, with the line they stand on and the line of words under it."""

    columns: list[Column]
    ground: str
    words: str
    height: str


def bars(rows: Sequence[Row]) -> Bars:
    """Horizontal bars in the order of the rows, the longest over the whole width."""
    most = max((row.count for row in rows), default=0)
    drawn, y = [], 0.0
    for row in rows:
        words = textwrap.wrap(row.label, LETTERS, break_long_words=False) or [""]
        lines = []
        for text in words:
            y += LINE
            lines.append((text, _em(y - 0.35)))
        share = 100 * row.count / most if most else 0
        # What there is at all is seen, however little beside the most.
        drawn.append(Bar(row, lines, _em(y), f"{max(share, 0.8 if row.count else 0):.1f}%"))
        y += BAR + GAP
    return Bars(drawn, _em(y))


def columns(rows: Sequence[Row]) -> Columns:
    """Upright columns; the highest says its number, and so does each where there are few."""
    most = max((row.count for row in rows), default=0)
    step = 100 / len(rows) if rows else 100.0
    every = max(1, -(-len(rows) // MOST_TICKS))
    highest = next((n for n, row in enumerate(rows) if row.count == most), 0)
    drawn = []
    for n, row in enumerate(rows):
        height = TALL * row.count / most if most else 0.0
        if row.count:
            height = max(height, 0.15)
        drawn.append(
            Column(
                row,
                f"{n * step + step * 0.1:.2f}%",
                f"{n * step + step / 2:.2f}%",
                f"{step * 0.8:.2f}%",
                _em(LINE + TALL - height),
                _em(height),
                row.label if n % every == every // 2 else "",
                str(row.count) if row.count and (len(rows) <= 10 or n == highest) else "",
            )
        )
    ground = LINE + TALL
    return Columns(drawn, _em(ground), _em(ground + LINE), _em(ground + 1.5 * LINE))


def _em(number: float) -> str:
    return f"{number:.2f}em"
