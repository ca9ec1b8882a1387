"""Writes of the spreadsheets: keep a file, apply it in one go, make the pages of what is new."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from coalition.accounts.models import User
from coalition.registry.models import ExperienceField, Organisation
from coalition.registry.services import ensure_pages
from coalition.registry.sheet.columns import CODE, CODES, COLUMNS, SHOWN
from coalition.registry.sheet.models import RegistryUpload
from coalition.registry.sheet.plan import CHANGED, ERROR, NEW, Plan, RowPlan, known, plan
from monitoring.core import clock, sweeps
from monitoring.core.bulk import Statements, reserve_ids
from monitoring.evidence.sheets import files
from monitoring.search.services import touch

PAGES_A_ROUND = 20
"""Organisations whose pages one round makes: each takes three pages with their first revision."""
_BATCH = 500


def export() -> bytes:
    """The whole registry as a workbook, by id. Six queries."""
    now = known()
    regions = {pk: code for code, pk in now.regions.items()}
    forms = {pk: code for code, pk in now.forms.items()}
    standings = {
        one.pk: (getattr(one, "standing_kind", None), getattr(one, "standing_since", None))
        for one in Organisation.objects.with_standing()
    }

    def value(row: Organisation, name: str, kind: str) -> Any:
        if kind == CODE:
            return (
                regions.get(row.region_id, "")
                if name == "region"
                else forms.get(row.legal_form_id or 0, "")
            )
        if kind == CODES:
            return "; ".join(now.experience.get(row.pk, ()))
        if kind == SHOWN:
            kept = standings[row.pk][0 if name == "standing" else 1]
            return str(kept or "")
        found = row.pk if name == "id" else getattr(row, name)
        return ("yes" if found else "no") if isinstance(found, bool) else found

    rows = (
        [value(row, c.name, c.kind) for c in COLUMNS]
        for row in sorted(now.organisations.values(), key=lambda one: one.pk)
    )
    return files.write_xlsx([column.name for column in COLUMNS], rows, "registry")


def keep_upload(*, name: str, content: bytes, by: User) -> RegistryUpload:
    """Keep a workbook until somebody says what becomes of it. Raises ValidationError."""
    plan_of(content)  # what cannot be read is not kept
    upload = RegistryUpload(
        name=name[:200], content=content, digest=hashlib.sha256(content).hexdigest(), by=by
    )
    upload.full_clean(exclude={"content"})
    upload.save()
    return upload


def plan_of(content: bytes) -> Plan:
    """What the bytes of a workbook would do now. Raises ValidationError."""
    table = files.read_table(content, csv_too=False)
    names = [name.lower() for name in table.names]
    lines = [
        files.Line(number, {name: one for name, one in zip(names, cells, strict=True) if name})
        for number, cells in table.rows
    ]
    return plan([name for name in names if name], lines)


def apply_upload(*, pk: int, seen: str, by: User, only_good: bool = False) -> RegistryUpload:
    """Write what the person was shown, all of it or nothing.

    `seen` is the digest of the plan that was on the screen. Rows are read and judged outside of the
    transaction; inside, each organisation is written only if it still is at the version that was
    compared. Rows with errors stop everything unless `only_good`. Raises ValidationError.
    """
    upload = RegistryUpload.objects.get(pk=pk)
    if upload.state != RegistryUpload.State.WAITING:
        raise ValidationError(_("This file has been decided on already."), code="decided")
    content = bytes(upload.content)
    if hashlib.sha256(content).hexdigest() != upload.digest:
        raise ValidationError(_("The kept file is damaged. Bring it again."), code="damaged")
    wanted = plan_of(content)
    if wanted.digest != seen:
        raise ValidationError(
            _("The registry has changed since you looked. Look again at what would be written."),
            code="changed",
        )
    errors = wanted.of(ERROR)
    if errors and not only_good:
        raise ValidationError(_("Nothing was written: some rows have errors."), code="errors")
    new, changed = wanted.of(NEW), wanted.of(CHANGED)
    run, ids = _prepare(new, changed, by)
    titles = [row.pk for row in changed if _touches_titles(row)]
    with transaction.atomic():
        taken = RegistryUpload.objects.filter(pk=pk, state=RegistryUpload.State.WAITING).update(
            state=RegistryUpload.State.APPLIED,
            decided_at=clock.now(),
            content=b"",
            made=len(new),
            changed=len(changed),
            left_out=len(errors),
            pending=[*ids, *titles],
        )
        if not taken:
            raise ValidationError(_("This file has been decided on already."), code="decided")
        run()
        touch("organisation", [*ids, *(row.pk or 0 for row in changed)])
        sweeps.ring("registry.pages")
    upload.refresh_from_db()
    return upload


def discard_upload(*, pk: int) -> bool:
    """Throw a waiting file away; its row stays as history. Returns whether there was one."""
    waiting = RegistryUpload.objects.filter(pk=pk, state=RegistryUpload.State.WAITING)
    return bool(
        waiting.update(state=RegistryUpload.State.DISCARDED, decided_at=clock.now(), content=b"")
    )


def finish_pages() -> int:
    """The sweep `registry.pages`: pages of organisations that a spreadsheet made or renamed.

    A few a round, each in a transaction of its own. Returns how many organisations were done.
    """
    done = 0
    for upload in RegistryUpload.objects.exclude(pending=[]).order_by("pk"):
        for pk in list(upload.pending):
            if done >= PAGES_A_ROUND:
                sweeps.ring("registry.pages")
                return done
            with transaction.atomic():
                organisation = Organisation.objects.filter(pk=pk).first()
                if organisation is not None:
                    ensure_pages(organisation=organisation, live=False)
                    _retitle(organisation)
                upload.pending = [one for one in upload.pending if one != pk]
                upload.save(update_fields=["pending"])
            done += 1
    return done


def _prepare(
    new: Sequence[RowPlan], changed: Sequence[RowPlan], by: User
) -> tuple[Callable[[], None], list[int]]:
    """All rows as statements made outside of the transaction, and the ids of what is new.

    What is returned runs them in the caller's transaction: SQLite lets nobody else write meanwhile.
    """
    ids = reserve_ids(Organisation, len(new))
    made = [Organisation(pk=pk, **row.values) for pk, row in zip(ids, new, strict=True)]
    kept: dict[int, Organisation] = {}
    for part in _parts(changed):
        kept |= Organisation.objects.in_bulk([row.pk for row in part])
    for row in changed:
        one = kept.get(row.pk or 0)
        if one is None or one.version != row.version:
            raise _changed(row)
        for name, value in row.values.items():
            setattr(one, name, value)
        one.version += 1
    keys = dict(ExperienceField.objects.values_list("key", "pk"))
    through = Organisation.experience.through
    fields = [*zip(ids, new, strict=True), *((row.pk, row) for row in changed)]
    renewed = [row for row in changed if row.experience is not None]
    statements = Statements()
    statements.insert(made)
    columns = {"version", *(name for row in changed for name in row.values)}
    statements.insert(kept.values(), update=sorted(columns))
    statements.insert(
        through(organisation_id=pk, experiencefield_id=keys[key])
        for pk, row in fields
        for key in row.experience or ()
    )
    written = [(pk, one.label, "wagtail.create") for pk, one in zip(ids, made, strict=True)]
    renamed = [(row.pk or 0, row.name, "wagtail.edit") for row in changed]
    statements.insert(_entries([*written, *renamed], by))

    def run() -> None:
        for part in _parts(changed):
            rows = Organisation.objects.select_for_update().filter(pk__in=[row.pk for row in part])
            stand = dict(rows.order_by("pk").values_list("pk", "version"))
            for row in part:
                if stand.get(row.pk or 0) != row.version:
                    raise _changed(row)
        for part in _parts(renewed):
            through.objects.filter(organisation_id__in=[row.pk for row in part]).delete()
        statements.run()

    return run, ids


def _parts(rows: Sequence[RowPlan]) -> Iterable[Sequence[RowPlan]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _changed(row: RowPlan) -> ValidationError:
    return ValidationError(
        _("“%(name)s” was changed while you were looking. Nothing was written.")
        % {"name": row.name},
        code="changed",
    )


def _entries(rows: Iterable[tuple[int, str, str]], by: User) -> list[ModelLogEntry]:
    """Wagtail's history of each, as its own `log` writes it."""
    kind = ContentType.objects.get_for_model(Organisation)
    at, mark = clock.now(), uuid.uuid4()
    return [
        ModelLogEntry(
            content_type=kind, object_id=str(pk), label=label[:255], action=action,
            timestamp=at, user=by, uuid=mark, data={}, content_changed=True,
        )
        for pk, label, action in rows
    ]  # fmt: skip


def _touches_titles(row: RowPlan) -> bool:
    return any(name.startswith("short_name_") for name in row.values)


def _retitle(organisation: Organisation) -> None:
    for page in organisation.pages.select_related("locale"):
        title = organisation.short_name(page.locale.language_code)
        if page.title != title:
            page.title = page.draft_title = title
            page.save()
