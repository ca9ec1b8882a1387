"""Decisions as a table: what its columns mean, and what each row would do. Writes nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from monitoring.core.dates import Precision, short_date
from monitoring.core.models import LANGUAGES
from monitoring.core.text import fold
from monitoring.decisions.fields import CodesField, LinksField
from monitoring.decisions.models import Code, Decision, DecisionKind
from monitoring.institutions.models import Body
from monitoring.intake.sheet.kinds import (
    CHANGED,
    ERROR,
    NEW,
    SAME,
    Cells,
    Column,
    RowPlan,
    choice_of,
    date_of,
    text_of,
    unknown,
)
from monitoring.vocabulary.models import District, Region, Status, Topic, Verified

_PARTS: tuple[Any, ...] = ("bodies", "topics", "links", "codes", "editions")
TEXTS = ("title", "official_title", "summary")
_SEVERAL = gettext_lazy("several with “;” between them")
_NAMES = {
    "title": gettext_lazy("short title"),
    "official_title": gettext_lazy("official title"),
    "summary": gettext_lazy("what changes for residents"),
}
COLUMNS: tuple[Column, ...] = (
    Column("id", gettext_lazy("id in the record"), gettext_lazy("empty for a new document")),
    Column("codes", gettext_lazy("codes"), "adilet Z2100000060; zan 7966"),
    Column("kind", gettext_lazy("kind of document")),
    Column("number", pgettext_lazy("of a document", "number")),
    Column("register_number", gettext_lazy("number in the register of acts")),
    Column("date", pgettext_lazy("of a document", "date"), "24.11.2026, 12.1993, 2015"),
    Column("status", gettext_lazy("status")),
    Column("status_date", gettext_lazy("status since"), "24.11.2026"),
    Column("bodies", gettext_lazy("public bodies"), _SEVERAL),
    Column("topics", gettext_lazy("topics"), _SEVERAL),
    Column("region", gettext_lazy("region"), "KZ-75"),
    Column("district", gettext_lazy("district")),
    Column("links", gettext_lazy("sources"), gettext_lazy("one address a line")),
    *(Column(f"{name}_{code}", _NAMES[name], code) for name in TEXTS for code in LANGUAGES),
    Column("verified", gettext_lazy("how sure"), "yes, partly, secondary, no"),
    Column("note", gettext_lazy("note for editors")),
)
_BY_NAME = {column.name: column for column in COLUMNS}
LONGEST = {"title": 300, "official_title": 2000, "summary": 5000}
"""Letters of a text; what `Edition` holds."""
PLAIN = {"number": "adoption_number", "register_number": "register_number", "note": "note"}
CHOICES = {"kind": DecisionKind, "status": Status, "region": Region, "district": District}
KEYS = {"kind": "key", "status": "key", "region": "code", "district": "code",
        "bodies": "key", "topics": "slug"}  # fmt: skip


class Known:
    """The record as the rows are compared with it: 6 queries, and 7 for each 500 decisions."""

    def __init__(self, ids: set[int], codes: set[tuple[str, str]], numbers: set[str]) -> None:
        self.choices: dict[str, dict[str, int]] = {}
        self.shown: dict[str, dict[int, str]] = {}
        for name, model in {**CHOICES, "bodies": Body, "topics": Topic}.items():
            known: dict[str, int] = {}
            twice: Counter[str] = Counter()
            rows = list(model.objects.all())  # type: ignore[attr-defined] # a plain manager
            for row in rows:
                for label in {fold(row.label_in(code)) for code in LANGUAGES} - {""}:
                    twice[label] += 1
                    known[label] = row.pk
            for label, times in twice.items():
                if times > 1:
                    del known[label]  # several are called so: only a key says which
            known |= {fold(str(getattr(row, KEYS[name]))): row.pk for row in rows}
            self.choices[name] = known
            self.shown[name] = {row.pk: str(getattr(row, KEYS[name])) for row in rows}
        self.region_of = dict(District.objects.values_list("pk", "region_id"))
        self.by_code: dict[tuple[str, str], int] = {}
        for part in _parts(sorted({value for _c, value in codes})):
            for row in Code.objects.filter(value__in=part):
                self.by_code[row.collection, row.value] = row.decision_id
        self.decisions: dict[int, Decision] = {}
        for part in _parts(sorted(ids | set(self.by_code.values()))):
            found = Decision.objects.filter(pk__in=part).select_related("kind")
            for row in found.prefetch_related(*_PARTS):
                self.decisions[row.pk] = row
        self.numbered: dict[tuple[str, int, int | None], list[tuple[int, set[int]]]] = {}
        for part in _parts(sorted(numbers)):
            for row in Decision.objects.filter(adoption_number__in=part).prefetch_related("bodies"):
                key = (row.adoption_number, row.kind_id, row.year)
                bodies = {body.pk for body in row.bodies.all()}
                self.numbered.setdefault(key, []).append((row.pk, bodies))


def _parts(values: Sequence[Any], size: int = 500) -> Iterable[Sequence[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def judge(lines: Sequence[tuple[int, Cells]]) -> list[RowPlan]:
    """What each row would do, against the record as it stands."""
    rows: list[tuple[RowPlan, dict[str, Any], Cells]] = [
        (RowPlan(number), {}, cells) for number, cells in lines
    ]
    for row, read, cells in rows:
        _read(row, read, cells)
    known = Known(
        {read["id"] for _r, read, _c in rows if read.get("id")},
        {pair for _r, read, _c in rows for pair in (read.get("codes") or ())},
        {read["number"] for _r, read, _c in rows if read.get("number")},
    )
    for row, read, cells in rows:
        _choose(row, read, cells, known)
        current = _find(row, read, known)
        if not row.errors:
            _check(row, read, current, known)
        if not row.errors:
            _compare(row, read, current, known)
        row.name = row.name or next(
            (str(read[f"{name}_{code}"]) for name in TEXTS for code in LANGUAGES
             if read.get(f"{name}_{code}")), "")  # fmt: skip
    _refuse_repeats([(row, read) for row, read, _c in rows])
    for row, _read_row, _c in rows:
        if row.errors:
            row.state = ERROR
    return [row for row, _read_row, _c in rows]


def _label(name: str) -> str:
    column = _BY_NAME[name]
    return f"{column.label} ({column.hint})" if column.hint in LANGUAGES else str(column.label)


def _try(row: RowPlan, name: str, make: Callable[..., Any], *said: Any) -> Any:
    try:
        return make(*said)
    except ValidationError as error:
        row.refuse(_label(name), error.messages[0])
        return None


def _lines(text: str) -> str:
    return "\n".join(part.strip() for part in text.replace(";", "\n").splitlines() if part.strip())


def _meaning(name: str, text: str) -> Any:
    """What a cell of plain text says. Raises ValidationError."""
    if name == "id":
        if not (text.isascii() and text.isdecimal() and len(text) < 18):
            raise ValidationError(_("An id is a number, here is “%(value)s”.") % {"value": text})
        return int(text)
    if name == "codes":
        return CodesField().clean(_lines(text))
    if name == "links":
        return LinksField().clean(text)
    if name == "verified":
        known = {fold(str(label)): key for key, label in Verified.choices}
        known |= {fold(key): key for key in Verified.values}
        if fold(text) not in known:
            raise ValidationError(unknown(text))
        return known[fold(text)]
    return text.removeprefix("№").strip() if name.endswith("number") else text


def _read(row: RowPlan, read: dict[str, Any], cells: Cells) -> None:
    """Cells that need no database; an empty one says nothing."""
    for name, raw in cells.items():
        if raw in (None, "") or name in KEYS:
            continue
        if name in ("date", "status_date"):
            read[name] = _try(row, name, date_of, raw)
            continue
        text = _try(row, name, text_of, raw)
        if not text:
            continue
        read[name] = _try(row, name, _meaning, name, text)
    status_date = read.get("status_date")
    if status_date and status_date[1] != Precision.DAY:
        row.refuse(
            _label("status_date"),
            _("Enter the whole day, as 24.11.2026, or leave it empty."),
        )


def _choose(row: RowPlan, read: dict[str, Any], cells: Cells, known: Known) -> None:
    for name in KEYS:
        raw = cells.get(name)
        if raw in (None, ""):
            continue
        if name in CHOICES:
            read[name] = _try(row, name, choice_of, raw, known.choices[name])
        else:
            text = _try(row, name, text_of, raw) or ""
            found = [
                _try(
                    row,
                    name,
                    choice_of,
                    one.strip(),
                    known.choices[name],
                )
                for one in text.replace("\n", ";").split(";")
                if one.strip()
            ]
            read[name] = sorted({one for one in found if one})
    if read.get("district"):
        region = known.region_of[read["district"]]
        if read.setdefault("region", region) != region:
            row.refuse(_label("district"), _("This district lies in another region."))


def _find(row: RowPlan, read: dict[str, Any], known: Known) -> Decision | None:
    """Which decision the row is about: by id, else by a code; without either it is a new one."""
    meant = {
        known.by_code[pair]: pair for pair in (read.get("codes") or ()) if pair in known.by_code
    }
    if pk := read.get("id"):
        if pk not in known.decisions:
            row.refuse(_label("id"), _("No document of the record has the id %(id)s.") % {"id": pk})
            return None
        others = set(meant) - {pk}
    else:
        pk, others = next(iter(meant), None), set(list(meant)[1:])
    for other in others:
        row.refuse(
            _label("codes"),
            _("The code %(code)s belongs to another document (id %(id)s).")
            % {"code": " ".join(meant[other]), "id": other},
        )
    row.pk = pk
    return known.decisions.get(pk) if pk else None


def _check(row: RowPlan, read: dict[str, Any], current: Decision | None, known: Known) -> None:
    """The model's own rules, without a query a row."""
    subject = Decision(
        adoption_number=read.get("number", ""), register_number=read.get("register_number", "")
    )
    try:
        subject.clean_fields(exclude={
            field.name for field in Decision._meta.fields
            if field.name not in ("adoption_number", "register_number")
        })  # fmt: skip
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            row.refuse(_label("number" if name == "adoption_number" else name), " ".join(messages))
    for name in TEXTS:
        most = LONGEST[name]
        for code in LANGUAGES:
            if len(read.get(f"{name}_{code}") or "") > most:
                row.refuse(
                    _label(f"{name}_{code}"), _("More than %(most)s letters.") % {"most": most}
                )
    if current is not None:
        return
    if not read.get("kind"):
        row.refuse(_label("kind"), _("A new document needs its kind."))
    if not any(read.get(f"{name}_{code}") for name in TEXTS[:2] for code in LANGUAGES):
        row.refuse(_label("title_kk"), _("A new document needs a title in one language at least."))
    date = (read.get("date") or (None, ""))[0]
    key = (read.get("number", ""), read.get("kind") or 0, date.year if date else None)
    bodies = set(read.get("bodies") or ())
    for pk, theirs in known.numbered.get(key, []) if key[0] else []:
        if not bodies or not theirs or bodies & theirs:
            row.refuse(
                _label("number"),
                _(
                    "The record holds a document of this kind, number and year: its id is %(id)s. "
                    "Put the id into the row, or add a namesake by hand."
                )
                % {"id": pk},
            )


def _compare(row: RowPlan, read: dict[str, Any], current: Decision | None, known: Known) -> None:
    """Fill what is to be written, and say how it reads before and after."""
    row.version = current.version if current else 0
    row.name = str(current) if current else ""
    row.values = {}
    for name, column in PLAIN.items():
        _put(row, name, column, getattr(current, column, ""), read.get(name), str)
    for name in CHOICES:
        shown = known.shown[name]
        _put(row, name, f"{name}_id", getattr(current, f"{name}_id", None), read.get(name),
             shown.__getitem__)  # fmt: skip
    _put(row, "verified", "verified", getattr(current, "verified", ""), read.get("verified"), str)
    if date := read.get("date"):
        before = (current.date, current.precision) if current else (None, "")
        finer = before[1] in {Precision.DAYS, Precision.ANNOUNCED} and before[0] == date[0]
        if tuple(date) != before and not finer:
            row.values |= {"date": date[0].isoformat(), "precision": str(date[1])}
            row.differences.append((_label("date"), short_date(*before), short_date(*date)))
    if status_date := read.get("status_date"):
        day: dt.date | None = getattr(current, "status_date", None)
        if day != status_date[0]:
            row.values["status_date"] = status_date[0].isoformat()
            row.differences.append(
                (_label("status_date"), short_date(day), short_date(status_date[0]))
            )
    for name in ("bodies", "topics"):
        stand = sorted(one.pk for one in getattr(current, name).all()) if current else []
        if read.get(name) and read[name] != stand:
            row.values[name] = read[name]
            shown = known.shown[name]
            before_and_after = ["; ".join(shown[pk] for pk in one) for one in (stand, read[name])]
            row.differences.append((_label(name), before_and_after[0], before_and_after[1]))
    _add(row, read, current)
    row.state = NEW if current is None else CHANGED if row.differences else SAME


def _put(
    row: RowPlan, name: str, column: str, old: Any, new: Any, show: Callable[[Any], str]
) -> None:
    if new not in (None, "") and new != old:
        row.values[column] = new
        row.differences.append((_label(name), show(old) if old else "", show(new)))


def _add(row: RowPlan, read: dict[str, Any], current: Decision | None) -> None:
    """Codes, sources and texts: what the file has is added, what stands is never taken away."""
    codes = {(one.collection, one.value) for one in current.codes.all()} if current else set()
    if fresh := [pair for pair in (read.get("codes") or ()) if pair not in codes]:
        row.values["codes"] = fresh
        row.differences.append((_label("codes"), "", "; ".join(map(" ".join, fresh))))
    stand = {(one.url or one.label_kk) for one in current.links.all()} if current else set()
    links = {one["url"] or one["label_kk"]: one for one in (read.get("links") or ())}
    if new := [one for key, one in links.items() if key not in stand]:
        row.values["links"] = new
        row.differences.append(
            (_label("links"), "", "; ".join(one["url"] or one["label_kk"] for one in new))
        )
    texts = {one.language: one for one in current.editions.all()} if current else {}
    for code in LANGUAGES:
        said = {name: str(read.get(f"{name}_{code}") or "") for name in TEXTS}
        if not any(said.values()):
            continue
        text = texts.get(code)
        if text is None and (said["title"] or said["official_title"]):
            row.values.setdefault("editions", {})[code] = said
            row.differences += [
                (_label(f"{name}_{code}"), "", value) for name, value in said.items() if value
            ]
        elif text is None:
            row.refuse(_label(f"title_{code}"), _("A text needs a short or an official title."))
        elif any(value and value != getattr(text, name).strip() for name, value in said.items()):
            row.notes.append(
                _(
                    "The text in this language stands already (%(language)s) and is not changed by "
                    "tables: change it on its own page."
                )
                % {"language": code}
            )


def _refuse_repeats(rows: Sequence[tuple[RowPlan, dict[str, Any]]]) -> None:
    """A row that says again what a row above said of the same document."""
    seen: dict[tuple[Any, ...], int] = {}
    for row, read in rows:
        if row.errors:
            continue
        marks: list[tuple[str, tuple[Any, ...]]] = [
            ("codes", ("code", *pair)) for pair in (read.get("codes") or ())
        ]
        if row.pk:
            marks.append(("id", ("id", row.pk)))
        elif read.get("number"):
            marks.append(("number", ("number", read["number"], read.get("kind"), read.get("date"),
                                     tuple(read.get("bodies") or ()))))  # fmt: skip
        for name, mark in marks:
            above = seen.setdefault(mark, row.line)
            if above != row.line:
                row.refuse(_label(name), _("Row %(line)s says it already.") % {"line": above})
                break


def export() -> Iterable[Sequence[Any]]:
    """Every decision as a row, by id; `judge` finds nothing to change in it."""
    known = Known(set(), set(), set())
    rows = Decision.objects.order_by("pk").prefetch_related(*_PARTS)
    for row in rows.iterator(500):
        texts = {one.language: one for one in row.editions.all()}
        links = [
            {"url": one.url, **{f"label_{code}": one.label_in(code) for code in LANGUAGES}}
            if len({one.label_kk, one.label_ru, one.label_en}) > 1
            else {"url": one.url, "label_kk": one.label_kk}
            for one in row.links.all()
        ]
        yield [
            row.pk,
            "; ".join(str(one) for one in row.codes.all()),
            known.shown["kind"].get(row.kind_id, ""),
            row.adoption_number,
            row.register_number,
            short_date(row.date, row.precision),
            known.shown["status"].get(row.status_id or 0, ""),
            short_date(row.status_date),
            *(
                "; ".join(known.shown[name][one.pk] for one in getattr(row, name).all())
                for name in ("bodies", "topics")
            ),
            known.shown["region"].get(row.region_id or 0, ""),
            known.shown["district"].get(row.district_id or 0, ""),
            LinksField().prepare_value(links),
            *(
                getattr(texts[code], name) if code in texts else ""
                for name in TEXTS
                for code in LANGUAGES
            ),
            row.verified,
            row.note,
        ]
