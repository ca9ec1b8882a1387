"""Writes of the tables: keep one, remember its columns, write it all or nothing, throw it away."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from monitoring.core import clock
from monitoring.core.text import fold
from monitoring.evidence.sheets.files import read_table
from monitoring.intake.models import SheetMapping, SheetUpload
from monitoring.intake.sheet.kinds import CHANGED, ERROR, NEW, Plan, Sheet, get


def head_of(names: list[str]) -> str:
    """The hash of a head: tables with the same columns share what was said of them."""
    return hashlib.sha256(json.dumps([fold(name) for name in names]).encode()).hexdigest()


def keep_table(*, sheet: Sheet, name: str, content: bytes, by: Any) -> SheetUpload:
    """Read a file apart from the site and keep its rows. Raises ValidationError in words."""
    table = read_table(content, name)
    known = SheetMapping.objects.filter(kind=sheet.kind, by=by, head=head_of(table.names)).first()
    mapping = known.mapping if known else guess(sheet, table.names)
    upload = SheetUpload(
        kind=sheet.kind,
        name=name[:200] or "table",
        digest=hashlib.sha256(content).hexdigest(),
        names=table.names,
        rows=table.rows,
        notes={
            "sheet": table.sheet,
            "other": list(table.other),
            "hidden": list(table.hidden),
            "encoding": table.encoding,
            "remembered": known is not None,
        },
        mapping=mapping,
        by=by,
    )
    upload.full_clean(exclude={"names", "rows", "notes", "mapping"})
    upload.save()
    return upload


def guess(sheet: Sheet, names: list[str]) -> dict[str, str]:
    """Our column for each place whose head is one's name or label; each of ours once."""
    found: dict[str, str] = {}
    for place, name in enumerate(names):
        ours = sheet.by_name(name)
        if ours and ours not in found.values():
            found[str(place)] = ours
    return found


def map_columns(*, upload: SheetUpload, mapping: Mapping[str, str], by: Any) -> SheetUpload:
    """Say which column is which, and remember it for this person's tables of the same head.

    Raises ValidationError for a column of ours that is named twice.
    """
    sheet = get(upload.kind)
    ours = {column.name: str(column.label) for column in sheet.columns}
    places = {str(place) for place in range(len(upload.names))}
    chosen = {place: name for place, name in mapping.items() if name in ours and place in places}
    twice = {name for name in chosen.values() if list(chosen.values()).count(name) > 1}
    if twice:
        raise ValidationError(
            _("Two columns cannot both be “%(name)s”. Leave one of them out.")
            % {"name": ", ".join(ours[name] for name in sorted(twice))},
            code="twice",
        )
    with transaction.atomic():
        SheetUpload.objects.filter(pk=upload.pk, state="waiting").update(mapping=chosen)
        SheetMapping.objects.update_or_create(
            kind=upload.kind,
            by=by,
            head=head_of(upload.names),
            defaults={"mapping": chosen, "used_at": clock.now()},
        )
    upload.refresh_from_db()
    return upload


def plan_of(upload: SheetUpload) -> Plan:
    """What its rows would do now; reads the database, writes nothing."""
    columns = {int(place): name for place, name in upload.mapping.items()}
    lines = [
        (number, {name: cells[place] for place, name in columns.items() if place < len(cells)})
        for number, cells in upload.rows
    ]
    return Plan(get(upload.kind).judge(lines) if columns else [])


def apply_table(*, pk: int, seen: str, by: Any, only_good: bool = False) -> SheetUpload:
    """Write what the person was shown, all of it or nothing.

    `seen` is the digest of the plan on the screen. Everything is read, judged and made outside of
    the transaction; rows with errors stop everything unless `only_good`. Raises ValidationError.
    """
    upload = SheetUpload.objects.get(pk=pk)
    decided = ValidationError(_("This file has been decided on already."), code="decided")
    if upload.state != SheetUpload.State.WAITING:
        raise decided
    plan = plan_of(upload)
    if plan.digest != seen:
        raise ValidationError(
            _("The record has changed since you looked. Look again at what would be written."),
            code="changed",
        )
    new, changed, errors = plan.of(NEW), plan.of(CHANGED), plan.of(ERROR)
    if errors and not only_good:
        raise ValidationError(_("Nothing was written: some rows have errors."), code="errors")
    run = get(upload.kind).prepare(new, changed, upload.name, by)
    try:
        with transaction.atomic():
            taken = SheetUpload.objects.filter(pk=pk, state=SheetUpload.State.WAITING).update(
                state=SheetUpload.State.APPLIED,
                decided_at=clock.now(),
                rows=[],
                made=len(new),
                changed=len(changed),
                left_out=len(errors),
            )
            if not taken:
                raise decided
            run()
    except IntegrityError:
        raise ValidationError(
            _("The record has changed since you looked. Look again at what would be written."),
            code="changed",
        ) from None
    upload.refresh_from_db()
    return upload


def discard_table(*, pk: int) -> bool:
    """Throw a waiting table away; its row stays as history. Returns whether there was one."""
    waiting = SheetUpload.objects.filter(pk=pk, state=SheetUpload.State.WAITING)
    return bool(waiting.update(state=SheetUpload.State.DISCARDED, decided_at=clock.now(), rows=[]))
