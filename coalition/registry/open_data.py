"""The directory as data: the same query as the page, every column public and named for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest

from coalition.pages.selectors import in_language
from coalition.registry.directory import Directory
from coalition.registry.models import Organisation, OrganisationPage, Standing
from coalition.registry.selectors import CONTACTS
from monitoring.core import clock
from monitoring.core.cells import BOM, cell, line
from monitoring.core.models import LANGUAGES

COLUMNS = (
    "id", "number_2005", "standing", "standing_since", "standing_precision",
    "name_kk", "name_ru", "name_en",
    "name_kk_confirmed", "name_ru_confirmed", "name_en_confirmed",
    "short_name_kk", "short_name_ru", "short_name_en",
    "region", "place_kk", "place_ru", "place_en", "settlement", "lat", "lon",
    "legal_form", "legal_form_stated", "experience",
    "address", "phone", "email", "website",
    "url_kk", "url_ru", "url_en",
)  # fmt: skip
"""In this order; new ones go to the end, none is renamed. `docs/data.md` says what each is."""
_CHUNK = 200


def records(found: Directory, request: HttpRequest) -> Iterator[dict[str, Any]]:
    """Every organisation of the lists shown, one list after another. Seven queries a 200 rows."""
    order = [entry for standing in found.shown for entry in found.listed(standing)]
    for start in range(0, len(order), _CHUNK):
        part = order[start : start + _CHUNK]
        rows = _load([entry.pk for entry in part])
        for entry in part:
            if entry.pk in rows:  # else deleted meanwhile
                yield _record(rows[entry.pk], entry.standing, request)


def as_csv(found: Directory, request: HttpRequest) -> Iterator[bytes]:
    """CSV after RFC 4180 with a BOM, by which spreadsheets know UTF-8; several values by ";"."""
    yield BOM + line(COLUMNS)
    for record in records(found, request):
        yield line([cell(record[name]) for name in COLUMNS])


def as_json(found: Directory, request: HttpRequest) -> Iterator[bytes]:
    """One object: when and of what it was made, then `organisations` with the same columns."""
    head = {"generated": clock.now().isoformat(timespec="seconds"), "columns": COLUMNS}
    yield json.dumps(head).encode()[:-1] + b', "organisations": ['
    for number, record in enumerate(records(found, request)):
        yield (b",\n" if number else b"\n") + json.dumps(record, ensure_ascii=False).encode()
    yield b"\n]}\n"


def _load(ids: list[int]) -> dict[int, Organisation]:
    all_pages = OrganisationPage.objects.filter(organisation__in=ids)
    pages = [
        pk for code in LANGUAGES for pk in in_language(all_pages, code).values_list("pk", flat=True)
    ]
    shown = OrganisationPage.objects.filter(pk__in=pages).select_related("locale").defer("body")
    rows = Organisation.objects.filter(pk__in=ids).select_related("region", "legal_form")
    rows = rows.prefetch_related(
        "experience",
        Prefetch("standings", Standing.objects.order_by("-since", "-pk")),
        Prefetch("pages", shown.order_by("pk")),
    )
    return {row.pk: row for row in rows}


def _record(row: Organisation, standing: str, request: HttpRequest) -> dict[str, Any]:
    today = clock.today()
    newest = next((one for one in row.standings.all() if one.since <= today), None)
    pages = {page.locale.language_code: page for page in row.pages.all()}
    in_order = [pages[code] for code in LANGUAGES if code in pages]
    record: dict[str, Any] = {
        "id": row.pk,
        "number_2005": row.number,
        "standing": standing,
        "standing_since": newest.since.isoformat() if newest else None,
        "standing_precision": newest.precision if newest else None,
        "region": row.region.code,
        "legal_form": row.legal_form.code if row.legal_form else None,
        "experience": [one.key for one in row.experience.all()],
        **{
            name: next((value for page in in_order if (value := getattr(page, name))), "")
            for name in CONTACTS
        },
    }
    for code in LANGUAGES:
        record[f"url_{code}"] = pages[code].get_full_url(request) if code in pages else None
    plain = [name for name in COLUMNS if name not in record]
    record |= {name: getattr(row, name) for name in plain}
    return {name: record[name] for name in COLUMNS}
