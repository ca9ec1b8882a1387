"""What changed, in words: from the pictures before and after that the journal keeps. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import pgettext, pgettext_lazy

from monitoring.core.dates import long_date
from monitoring.core.models import Trilingual
from monitoring.decisions.models import Decision
from monitoring.decisions.text.redline import SAME, Runs, compare_words
from monitoring.decisions.wording import FIELDS, IN_LANGUAGE, day_of, related
from monitoring.journal.models import Change

_RANK = (
    Change.Kind.PUBLISHED,
    Change.Kind.STAGE,
    Change.Kind.DEADLINE,
    Change.Kind.EDITION,
    Change.Kind.RELATION,
    Change.Kind.UPDATED,
    Change.Kind.WITHDRAWN,
)


_TEXTS = {
    "summary": pgettext_lazy("mail", "What changes"),
    "short_title": pgettext_lazy("mail", "Short title"),
    "official_title": pgettext_lazy("mail", "Official title"),
}
"""Texts of an edition, in the order in which a reader asks for them."""


@dataclass(frozen=True)
class Names:
    """Words of the keys that pictures hold, read once a run."""

    stages: Mapping[str, Trilingual] = field(default_factory=dict)
    statuses: Mapping[str, Trilingual] = field(default_factory=dict)
    others: Mapping[int, Decision] = field(default_factory=dict)
    """Public decisions that new relations name, by id."""


@dataclass(frozen=True)
class Line:
    """One thing that changed: its name, what stood there (may be empty), what stands there now.

    `language` is that of words quoted from a text, which may be another than the reader's; then
    `runs` are (mark, words) around what differs, both versions in one: `del`, `ins` or `same`.
    """

    name: str
    before: str
    after: str
    language: str = ""
    runs: Runs = ()


@dataclass(frozen=True)
class Told:
    """The change of one record within a window."""

    word: str
    lines: tuple[Line, ...]


def tell(changes: Sequence[Change], names: Names, language: str) -> Told:
    """All changes of one record in a window as one: from the first's before to the last's after."""
    kinds = {change.kind for change in changes}
    kind = next((one for one in _RANK if one in kinds), Change.Kind.UPDATED)
    before, after = changes[0].before, changes[-1].after
    with translation.override(language):
        lines = [
            _stage(before, after, names, language),
            _status(before, after, names, language),
            _deadlines(before, after, language),
        ]
        if kind != Change.Kind.PUBLISHED:
            lines += [_relations(before, after, names, language)]
            lines += [*_numbers(before, after, language), _texts(before, after)]
            lines += [_excerpt(before, after, language)]
        return Told(str(Change.Kind(kind).label), tuple(line for line in lines if line))


def _stage(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names, language: str
) -> Line | None:
    old, new = _last_stage(before), _last_stage(after)
    if not new or new == old:
        return None
    return Line(
        pgettext("mail", "Stage"),
        _label(names.stages, old.get("stage", ""), language),
        _with_date(_label(names.stages, new.get("stage", ""), language), new, language),
    )


def stage_now(picture: Mapping[str, Any], names: Names, language: str) -> str:
    """The last stage in words; empty where the record knows none."""
    stage = _last_stage(picture)
    key = str(stage.get("stage", ""))
    return _with_date(_label(names.stages, key, language), stage, language) if key else ""


def _last_stage(picture: Mapping[str, Any]) -> Mapping[str, Any]:
    stages = list(picture.get("stages") or [])
    dated = [stage for stage in stages if stage.get("date")]
    found = max(dated, key=lambda stage: str(stage["date"])) if dated else (stages or [{}])[-1]
    return {name: value for name, value in found.items() if name != "id"}


def _status(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names, language: str
) -> Line | None:
    old, new = str(before.get("status") or ""), str(after.get("status") or "")
    if not new or old == new:
        return None
    return Line(
        pgettext("mail", "Status"),
        _label(names.statuses, old, language),
        _label(names.statuses, new, language),
    )


def _deadlines(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> Line | None:
    old, new = before.get("deadlines") or [], after.get("deadlines") or []
    if old == new:
        return None
    return Line(pgettext("mail", "Deadline"), _days(old, language), _days(new, language))


def _days(deadlines: Sequence[Mapping[str, Any]], language: str) -> str:
    return ", ".join(day_of(one, language) for one in sorted(deadlines, key=_date_of))


def _date_of(deadline: Mapping[str, Any]) -> str:
    return str(deadline["date"])


def _relations(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names, language: str
) -> Line | None:
    """«Қайта енгізілді: TITLE»: a bill that came back in another convocation is named."""
    said = related(_new_relations(before, after), names.others, language)
    return Line(str(FIELDS["relations"]), "", said) if said else None


def _new_relations(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    known = {one["id"] for one in before.get("relations") or []}
    return [one for one in after.get("relations") or [] if one["id"] not in known]


def _numbers(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Line]:
    titles = {
        "number": pgettext("mail", "Number"),
        "register_number": pgettext("mail", "Number in the register"),
    }
    lines = [
        Line(title, str(before.get(name) or ""), str(after.get(name) or ""))
        for name, title in titles.items()
        if after.get(name) and before.get(name) != after.get(name)
    ]
    if after.get("date") and before.get("date") != after.get("date"):
        lines.append(
            Line(pgettext("mail", "Date"), _date(before, language), _date(after, language))
        )
    told = {"relations"} if _new_relations(before, after) else set()
    other = [
        str(words)
        for name, words in FIELDS.items()
        if name not in {"number", "register_number", "date", "status", "status_date", "deadlines"}
        and name not in told
        and before.get(name) != after.get(name)
    ]
    if other:
        lines.append(Line(pgettext("mail", "Completed or corrected"), "", ", ".join(other)))
    return lines


def _texts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Line | None:
    old, new = before.get("editions") or {}, after.get("editions") or {}
    changed = [
        str(words)
        for code, words in IN_LANGUAGE.items()
        if new.get(code) and old.get(code) != new[code]
    ]
    if not changed:
        return None
    return Line(pgettext("mail", "Text"), "", ", ".join(changed))


def _excerpt(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> Line | None:
    """Where the text of residents changed: the words around it before and after.

    In the reader's language; in another only if that one alone changed.
    """
    old, new = before.get("editions") or {}, after.get("editions") or {}
    order = dict.fromkeys((language, *IN_LANGUAGE))
    changed = [code for code in order if code in old and code in new and old[code] != new[code]]
    if not changed or (changed[0] != language and language in new):
        return None
    was, now = old[changed[0]], new[changed[0]]
    for name, title in _TEXTS.items():
        one, other = (" ".join(str(side.get(name) or "").split()) for side in (was, now))
        if one != other and other:
            return Line(str(title), *around(one, other), changed[0], marked(one, other))
    return None


def around(before: str, after: str, room: int = 160) -> tuple[str, str]:
    """The differing stretch of two texts with some words before it, each at most `room` long.

    >>> around("the fee is 100 tenge a year", "the fee is 250 tenge a year", room=40)
    ('the fee is 100 tenge a year', 'the fee is 250 tenge a year')
    """
    if max(len(before), len(after)) <= room:
        return before, after
    first = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    start = max(0, first - room // 3)
    if start:
        start = after.rfind(" ", 0, start + 1) + 1
    return _stretch(before, start, room), _stretch(after, start, room)


def marked(before: str, after: str, beside: int = 60, room: int = 480) -> Runs:
    """What differs word by word, with some words beside it; equal stretches fold to an ellipsis.

    >>> [one for one in marked("the fee is 100", "the fee is 250") if one[0] != SAME]
    [('del', '100'), ('ins', '250')]
    """
    whole = compare_words(before, after)[2]
    found: list[tuple[str, str]] = []
    for place, (mark, words) in enumerate(whole):
        said = words
        if mark != SAME and len(words) > room:
            said = f"{words[:room].rpartition(' ')[0]}…"
        elif mark == SAME:
            first, last = place == 0, place == len(whole) - 1
            if len(words) > beside * (1 if first or last else 2) + 20:
                head = "" if first else f"{words[:beside].rpartition(' ')[0]} "
                tail = "" if last else f" {words[-beside:].partition(' ')[2]}"
                said = f"{head}…{tail}"
        found.append((mark, said))
        room -= len(said)
        if room <= 0:
            found.append((SAME, " …"))
            break
    return tuple(found)


def _stretch(text: str, start: int, room: int) -> str:
    piece = text[start : start + room - 2]
    if start + len(piece) < len(text):
        piece = f"{piece.rpartition(' ')[0] or piece}…"
    return f"…{piece}" if start else piece


def _label(names: Mapping[str, Trilingual], key: str, language: str) -> str:
    return names[key].label_in(language) if key in names else key


def _date(picture: Mapping[str, Any], language: str) -> str:
    try:
        day = dt.date.fromisoformat(str(picture.get("date") or ""))
    except ValueError:
        return ""
    return long_date(day, str(picture.get("precision") or "day"), language)


def _with_date(words: str, picture: Mapping[str, Any], language: str) -> str:
    date = _date(picture, language)
    return f"{words}, {date}" if date else words
