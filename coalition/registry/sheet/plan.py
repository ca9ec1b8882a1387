"""What a spreadsheet would do to the registry, row by row. Reads the database, writes nothing."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from coalition.registry.bins import clean_bin
from coalition.registry.models import ExperienceField, LegalForm, Organisation
from coalition.registry.sheet import columns as c
from monitoring.core.text import fold
from monitoring.evidence.sheets.files import FORMULA, MERGED, MOST_LETTERS, Line
from monitoring.vocabulary.models import Region

YES = frozenset({"yes", "true", "1", "иә", "да", "+"})
NO = frozenset({"no", "false", "0", "жоқ", "нет", "-", ""})
NEW, CHANGED, SAME, ERROR = "new", "changed", "same", "error"


@dataclass
class RowPlan:
    """What one row would do. `values` is what to write, `experience` the keys if they change."""

    line: int
    state: str = SAME
    name: str = ""
    pk: int | None = None
    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    experience: tuple[str, ...] | None = None
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    """Label, how it reads now, how it would read."""
    errors: list[tuple[str, str]] = field(default_factory=list)
    """Column and what is wrong with it."""

    def refuse(self, column: str, sentence: str) -> None:
        """Note an error; the row writes nothing."""
        self.errors.append((column, sentence))


@dataclass(frozen=True)
class Plan:
    """Every row of a file."""

    rows: Sequence[RowPlan]
    unknown: Sequence[str]
    """Columns that are not the registry's; they are not read."""

    def of(self, state: str) -> list[RowPlan]:
        """The rows in one state."""
        return [row for row in self.rows if row.state == state]

    @property
    def digest(self) -> str:
        """What the plan would write, as a hash: two people who read the same plan say the same."""
        written = [
            (row.line, row.state, row.pk, row.version, row.values, row.experience)
            for row in self.rows
        ]
        text = json.dumps(written, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Known:
    """The registry as the rows are compared with it. Five queries."""

    organisations: dict[int, Organisation]
    experience: dict[int, tuple[str, ...]]
    by_bin: dict[str, int]
    by_number: dict[int, int]
    by_name: dict[tuple[str, str], int]
    regions: dict[str, int]
    forms: dict[str, int]
    fields: frozenset[str]


def known() -> Known:
    """Read it."""
    rows = {one.pk: one for one in Organisation.objects.all()}
    through = Organisation.experience.through.objects.order_by("experiencefield__position")
    fields: dict[int, tuple[str, ...]] = {}
    for pk, key in through.values_list("organisation_id", "experiencefield__key"):
        fields[pk] = (*fields.get(pk, ()), key)
    return Known(
        rows,
        fields,
        {one.bin: one.pk for one in rows.values() if one.bin},
        {one.number: one.pk for one in rows.values() if one.number is not None},
        {_name_key(one.name_kk, one.place_kk): one.pk for one in rows.values()},
        dict(Region.objects.values_list("code", "pk")),
        dict(LegalForm.objects.values_list("code", "pk")),
        frozenset(ExperienceField.objects.values_list("key", flat=True)),
    )


def plan(names: Sequence[str], lines: Sequence[Line]) -> Plan:
    """Judge every row. Raises ValidationError for a file that is not the registry's."""
    lacking = [name for name in c.REQUIRED if name not in names]
    if lacking and "id" not in names:
        raise ValidationError(
            _(
                "The first row must name the columns as the export does; missing here: %(names)s. "
                "Export the registry, change that file and bring it back."
            ),
            code="xlsx_head",
            params={"names": ", ".join(lacking)},
        )
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ValidationError(
            _("A column stands twice in the first row: %(names)s."),
            code="xlsx_twice",
            params={"names": ", ".join(twice)},
        )
    now = known()
    rows = [_judge(line, now) for line in lines]
    _refuse_repeats(rows, now)
    for row in rows:
        if row.errors:
            row.state = ERROR
    return Plan(rows, [name for name in names if name not in c.BY_NAME])


def _judge(line: Line, now: Known) -> RowPlan:
    row = RowPlan(line.number)
    cells = _cells(line, row, now)
    _find(row, cells, now)
    current = now.organisations.get(row.pk) if row.pk else None
    if not row.errors:
        _check(row, cells, current, now)
    if not row.errors:
        _compare(row, cells, current, now)
    row.name = row.name or str(cells.get("short_name_kk") or cells.get("name_kk") or "")
    return row


def _cells(line: Line, row: RowPlan, now: Known) -> dict[str, Any]:
    """The cells that are read, each as its column's kind; what does not fit is an error."""
    cells: dict[str, Any] = {}
    for name, raw in line.cells.items():
        column = c.BY_NAME.get(name)
        if column is None or column.kind == c.SHOWN:
            continue
        if raw == MERGED:
            row.refuse(name, _("The cell is merged with its neighbour. Unmerge the cells."))
            continue
        if raw == FORMULA:
            row.refuse(name, _("The cell holds a formula. Put its result there as text."))
            continue
        try:
            cells[name] = _read(column, raw, now)
        except ValidationError as error:
            row.refuse(name, error.messages[0])
    return cells


def _read(column: c.Column, raw: Any, now: Known) -> Any:  # noqa: PLR0911 # one return a kind
    text = "" if raw is None else str(raw)
    if len(text) > MOST_LETTERS:
        raise ValidationError(_("More than %(most)s letters.") % {"most": MOST_LETTERS})
    if column.kind == c.FLAG:
        return _flag(text)
    if column.kind in (c.NUMBER, c.WHOLE):
        return _number(raw, text, whole=column.kind == c.WHOLE)
    if column.name == "bin":
        # A spreadsheet that takes the twelve digits for a number drops zeros in front.
        is_number = isinstance(raw, (int, float)) and not isinstance(raw, bool)
        return f"{int(raw):012}" if is_number else clean_bin(text)
    if column.kind == c.CODE:
        codes = now.regions if column.name == "region" else now.forms
        if text and text not in codes:
            raise ValidationError(
                _("“%(value)s” is not known. Known: %(codes)s.")
                % {"value": text, "codes": ", ".join(sorted(codes))}
            )
        return text
    if column.kind == c.CODES:
        keys = tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
        for key in keys:
            if key not in now.fields:
                raise ValidationError(
                    _("“%(value)s” is not known. Known: %(codes)s.")
                    % {"value": key, "codes": ", ".join(sorted(now.fields))}
                )
        return keys
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return text


def _flag(text: str) -> bool:
    value = text.casefold()
    if value not in YES | NO:
        raise ValidationError(_("Write yes or no, here is “%(value)s”.") % {"value": text})
    return value in YES


def _number(raw: Any, text: str, *, whole: bool) -> int | float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
        if whole and value.is_integer():
            return int(value)
        if whole or not math.isfinite(value):
            raise ValueError
    except ValueError:
        raise ValidationError(
            _("A number is wanted, here is “%(value)s”.") % {"value": text}
        ) from None
    return value


def _find(row: RowPlan, cells: dict[str, Any], now: Known) -> None:
    """Which organisation the row is about: by id, else by BIN; without either it is a new one."""
    pk = cells.pop("id", None)
    if pk is not None:
        if pk not in now.organisations:
            row.refuse("id", _("No organisation has the number %(id)s.") % {"id": pk})
        else:
            row.pk = pk
        return
    if found := now.by_bin.get(cells.get("bin") or ""):
        row.pk = found


def _check(row: RowPlan, cells: dict[str, Any], current: Organisation | None, now: Known) -> None:
    """The model's own rules, without a query for each row."""
    subject = Organisation()
    if current is not None:
        for f in Organisation._meta.concrete_fields:
            setattr(subject, f.attname, getattr(current, f.attname))
    for name, value in cells.items():
        kind = c.BY_NAME[name].kind
        if kind == c.CODE:
            codes = now.regions if name == "region" else now.forms
            setattr(subject, f"{name}_id", codes.get(value))
        elif kind != c.CODES:
            setattr(subject, name, value)
    if subject.region_id is None:
        row.refuse("region", _("Which region? Known: %(codes)s.")
                   % {"codes": ", ".join(sorted(now.regions))})  # fmt: skip
    try:
        # Relations are looked up above; what is unique is compared in one go for all rows.
        subject.clean_fields(exclude={"region", "legal_form", "group", "collection"})
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            row.refuse(name, " ".join(messages))
    if (subject.lat is None) != (subject.lon is None):
        row.refuse("lat", _("Latitude and longitude stand together or not at all."))
    elif subject.lat is not None and not (
        -90 <= subject.lat <= 90 and -180 <= (subject.lon or 0) <= 180
    ):
        row.refuse("lat", _("No such place on Earth: %(lat)s, %(lon)s.")
                   % {"lat": subject.lat, "lon": subject.lon})  # fmt: skip
    _check_owner(row, "bin", now.by_bin.get(subject.bin), now)
    _check_owner(row, "number", now.by_number.get(subject.number or -1), now)
    twin = now.by_name.get(_name_key(subject.name_kk, subject.place_kk))
    if current is None and twin is not None:
        row.refuse(
            "name_kk",
            _(
                "An organisation of this name and place is there already: its id is %(id)s. "
                "Put the id into the row, or add a namesake by hand."
            )
            % {"id": twin},
        )


def _check_owner(row: RowPlan, column: str, owner: int | None, now: Known) -> None:
    if owner is not None and owner != row.pk:
        name = now.organisations[owner].short_name()
        row.refuse(
            column, _("“%(name)s” has it already (id %(id)s).") % {"name": name, "id": owner}
        )


def _compare(row: RowPlan, cells: dict[str, Any], current: Organisation | None, now: Known) -> None:
    """Fill what is to be written, and say how it reads before and after."""
    row.version = current.version if current else 0
    row.name = current.short_name() if current else ""
    for name, value in cells.items():
        column = c.BY_NAME[name]
        if column.kind == c.CODES:
            before: Any = now.experience.get(row.pk or 0, ())
            if set(before) != set(value):
                row.experience = value
                row.differences.append((column.label, "; ".join(before), "; ".join(value)))
            continue
        if column.kind == c.CODE:
            codes = now.regions if name == "region" else now.forms
            column_name, new = f"{name}_id", codes.get(value)
            names = {pk: code for code, pk in codes.items()}
            old = getattr(current, column_name, None)
            shown = (names.get(old or 0, ""), value)
        else:
            column_name, new = name, value
            old = getattr(current, name, None)
            shown = (_shown(old), _shown(new))
        if current is None or old != new:
            row.values[column_name] = new
            if current is None and not shown[1]:
                continue
            row.differences.append((column.label, shown[0] if current else "", shown[1]))
    row.state = NEW if current is None else CHANGED if row.differences else SAME


def _refuse_repeats(rows: Sequence[RowPlan], now: Known) -> None:
    """A row that says again what a row above said of the same organisation, BIN or number."""
    seen: dict[tuple[str, Any], int] = {}
    for row in rows:
        if row.errors:
            continue
        marks: list[tuple[str, Any]] = []
        if row.pk:
            marks.append(("id", row.pk))
        for name in ("bin", "number"):
            if row.values.get(name):
                marks.append((name, row.values[name]))
        if row.state == NEW:
            key = _name_key(row.values.get("name_kk", ""), row.values.get("place_kk", ""))
            marks.append(("name_kk", key))
        for mark in marks:
            above = seen.setdefault(mark, row.line)
            if above != row.line:
                row.refuse(mark[0], _("Row %(line)s says it already.") % {"line": above})


def _name_key(name: str, place: str) -> tuple[str, str]:
    return fold(name), fold(place)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
