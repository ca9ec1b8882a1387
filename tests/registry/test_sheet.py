"""The registry goes out as a spreadsheet and comes back looked at, all or nothing."""

from __future__ import annotations

import io
import re
import time
import zipfile
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from coalition.registry.models import ExperienceField, Organisation
from coalition.registry.sheet import services
from coalition.registry.sheet.columns import COLUMNS
from coalition.registry.sheet.models import RegistryUpload
from coalition.registry.sheet.plan import CHANGED, ERROR, NEW, SAME
from monitoring.evidence.sheets import files
from monitoring.search.models import OutboxRow
from tests.factories import registry as make
from tests.registry.test_bins import make_bin

NAMES = [column.name for column in COLUMNS]
DESK = "/admin/registry/sheet/"


@pytest.fixture
def secretariat(founders: None, client: Client) -> Client:
    client.force_login(make.make_person("secretariat"))
    return client


def book(rows: list[dict[str, Any]], names: list[str] | None = None) -> bytes:
    """A workbook as a person's spreadsheet would save it, formulas alive."""
    made = Workbook()
    sheet: Any = made.active
    head = names or list(dict.fromkeys(name for row in rows for name in row))
    sheet.append(head)
    for row in rows:
        sheet.append([row.get(name) for name in head])
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def new_row(name: str, **other: Any) -> dict[str, Any]:
    row = {"region": "KZ-75", "settlement": "city"}
    for code in ("kk", "ru", "en"):
        row |= {f"name_{code}": f"«{name}»", f"short_name_{code}": name, f"place_{code}": "Алматы"}
    return {**row, **other}


def exported() -> list[dict[str, Any]]:
    sheet: Any = load_workbook(io.BytesIO(services.export())).active
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def bring(client: Client, content: bytes, name: str = "тізім.xlsx") -> Any:
    return client.post(DESK, {"file": SimpleUploadedFile(name, content)})


def decide(client: Client, upload: RegistryUpload, action: str) -> Any:
    seen = client.get(f"{DESK}{upload.pk}/").context["plan"].digest
    return client.post(f"{DESK}{upload.pk}/", {"action": action, "seen": seen})


def test_what_goes_out_comes_back_unchanged(founders: None) -> None:
    Organisation.objects.get(number=4).experience.set(ExperienceField.objects.all()[:2])
    Organisation.objects.filter(number=5).update(
        bin=make_bin(4), note="=1+1\nжол", lat=None, lon=None
    )
    rows = exported()
    assert list(rows[0]) == NAMES
    assert len(rows) == 26
    plan = services.plan_of(services.export())
    assert [row.state for row in plan.rows] == [SAME] * 26
    assert rows[3]["experience"] == "participation; budget"
    assert rows[4]["note"] == "=1+1\nжол", "text that begins like a formula stays text"
    assert rows[0]["standing"] == "founder"


def test_a_person_sees_every_difference_before_anything_is_written(secretariat: Client) -> None:
    rows = exported()
    rows[1] |= {"short_name_ru": "Зубр", "bin": make_bin(9), "experience": "budget; training"}
    answer = bring(secretariat, book([*rows, new_row("Жаңа", number=None)], NAMES))
    upload = RegistryUpload.objects.get()
    assert answer.status_code == 302
    assert answer.url == f"{DESK}{upload.pk}/"
    page = secretariat.get(answer.url)
    plan = page.context["plan"]
    assert [len(plan.of(state)) for state in (ERROR, NEW, CHANGED, SAME)] == [0, 1, 1, 25]
    text = page.content.decode()
    for shown in ("<del>Фонд «Зубр»</del>", "<ins>Зубр</ins>", make_bin(9), "budget; training"):
        assert shown in text
    assert Organisation.objects.count() == 26
    assert not Organisation.objects.exclude(bin="").exists()

    assert decide(secretariat, upload, "apply").status_code == 302
    changed = Organisation.objects.get(number=2)
    assert (changed.short_name_ru, changed.bin, changed.version) == ("Зубр", make_bin(9), 2)
    assert {one.key for one in changed.experience.all()} == {"budget", "training"}
    made = Organisation.objects.get(short_name_kk="Жаңа")
    upload.refresh_from_db()
    assert (upload.state, upload.made, upload.changed) == ("applied", 1, 1)
    assert bytes(upload.content) == b"", "the file goes once it is applied"
    assert set(ModelLogEntry.objects.values_list("action", flat=True)) >= {
        "wagtail.create",
        "wagtail.edit",
    }
    touched = OutboxRow.objects.filter(kind="organisation").values_list("record_id", flat=True)
    assert {made.pk, changed.pk} <= set(touched)
    # Pages are made by the sweep, a few a round; a second round has nothing to do.
    assert not made.pages.exists()
    assert services.finish_pages() == 2
    assert {page.live for page in made.pages.all()} == {False}
    assert made.pages.count() == 3
    assert services.finish_pages() == 0


def test_rows_with_errors_stop_the_file_unless_the_person_takes_the_good_ones(
    secretariat: Client,
) -> None:
    rows = [
        new_row("Бірінші"),
        new_row("Екінші", bin="123"),
        new_row("Үшінші", region="KZ-99"),
        new_row("Төртінші", lat=91, lon=5),
        new_row("Бірінші"),
        new_row("Алтыншы", name_ru=""),
        new_row("Жетінші", experience="magic"),
        new_row("Сегізінші", id=99_999),
        new_row("Тоғызыншы", name_kk_confirmed="мүмкін"),
        new_row("Оныншы", settlement="castle"),
        new_row("Он бірінші", number=3),
        new_row("Он екінші", note="=1+1"),
    ]
    bring(secretariat, book(rows))
    upload = RegistryUpload.objects.get()
    page = secretariat.get(f"{DESK}{upload.pk}/")
    plan = page.context["plan"]
    assert {row.line: row.errors[0][0] for row in plan.of(ERROR)} == {
        3: "bin", 4: "region", 5: "lat", 6: "name_kk", 7: "name_ru", 8: "experience", 9: "id",
        10: "name_kk_confirmed", 11: "settlement", 12: "number", 13: "note",
    }  # fmt: skip
    refused = decide(secretariat, upload, "apply")
    assert refused.status_code == 422
    assert Organisation.objects.count() == 26
    assert decide(secretariat, upload, "apply_good").status_code == 302
    assert Organisation.objects.count() == 27
    upload.refresh_from_db()
    assert (upload.made, upload.left_out) == (1, 11)


ERRORS = {
    "kk": "Тексеру цифры сәйкес емес",
    "ru": "Контрольная цифра не сходится",
    "en": "The check digit does not fit",
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_errors_are_said_in_the_persons_language_beside_their_row(
    founders: None, client: Client, language: str
) -> None:
    person = make.make_person("secretariat")
    UserProfile.objects.filter(user=person).update(preferred_language=language)
    client.force_login(person)
    wrong = make_bin(3)[:-1] + str((int(make_bin(3)[-1]) + 1) % 10)
    page = client.get(bring(client, book([new_row("Жаңа", bin=wrong)])).url)
    assert page.status_code == 200
    row = page.context["plan"].rows[0]
    assert (row.line, row.errors[0][0]) == (2, "bin")
    assert ERRORS[language] in page.content.decode()


def test_numbers_that_a_spreadsheet_made_of_a_bin_are_read(founders: None) -> None:
    plan = services.plan_of(book([new_row("Жаңа", bin=int(make_bin(6)))]))
    assert plan.rows[0].values["bin"] == make_bin(6)


def test_two_of_one_name_are_not_made_by_oversight(founders: None) -> None:
    known = Organisation.objects.get(number=7)
    same = new_row("х", name_kk=known.name_kk, place_kk=known.place_kk)
    other = new_row("х", name_kk=known.name_kk, place_kk="Ақтөбе қаласы")
    plan = services.plan_of(book([same, other]))
    assert [row.state for row in plan.rows] == [ERROR, NEW]
    assert str(known.pk) in plan.rows[0].errors[0][1]


def test_a_registry_that_changed_since_the_look_is_looked_at_again(secretariat: Client) -> None:
    rows = exported()
    rows[0]["short_name_en"] = "Ours"
    bring(secretariat, book(rows, NAMES))
    upload = RegistryUpload.objects.get()
    seen = secretariat.get(f"{DESK}{upload.pk}/").context["plan"].digest
    Organisation.objects.filter(number=1).update(short_name_en="Theirs", version=2)
    answer = secretariat.post(f"{DESK}{upload.pk}/", {"action": "apply", "seen": seen})
    assert answer.status_code == 422
    assert "Theirs" in answer.content.decode(), "the new difference is shown"
    assert Organisation.objects.get(number=1).short_name_en == "Theirs"


def test_a_row_changed_in_the_last_moment_undoes_everything(
    founders: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = exported()
    rows[0]["note"], rows[1]["note"] = "one", "two"
    person = make.make_person("secretariat")
    upload = services.keep_upload(name="x", content=book(rows, NAMES), by=person)
    seen = services.plan_of(bytes(upload.content)).digest
    plain = services._entries

    def meanwhile(entries: Any, by: Any) -> Any:
        Organisation.objects.filter(number=2).update(version=7)
        return plain(entries, by)

    monkeypatch.setattr(services, "_entries", meanwhile)
    with pytest.raises(ValidationError):
        services.apply_upload(pk=upload.pk, seen=seen, by=person)
    upload.refresh_from_db()
    assert upload.state == "waiting"
    assert Organisation.objects.get(number=1).note != "one"


def test_what_is_applied_once_is_not_applied_again(secretariat: Client) -> None:
    bring(secretariat, book([new_row("Жаңа")]))
    upload = RegistryUpload.objects.get()
    seen = secretariat.get(f"{DESK}{upload.pk}/").context["plan"].digest
    for status in (302, 302):
        answer = secretariat.post(f"{DESK}{upload.pk}/", {"action": "apply", "seen": seen})
        assert answer.status_code == status
    assert Organisation.objects.filter(short_name_kk="Жаңа").count() == 1


def test_a_file_can_be_thrown_away(secretariat: Client) -> None:
    bring(secretariat, book([new_row("Жаңа")]))
    upload = RegistryUpload.objects.get()
    assert decide(secretariat, upload, "discard").status_code == 302
    upload.refresh_from_db()
    assert (upload.state, bytes(upload.content)) == ("discarded", b"")
    assert Organisation.objects.count() == 26


@pytest.mark.parametrize("role", ["editor", "translator", "analyst", "moderator", "member-editor"])
def test_nobody_but_the_secretariat_gets_at_it(founders: None, client: Client, role: str) -> None:
    person = make.make_person(role)
    upload = services.keep_upload(name="x", content=book([new_row("Жаңа")]), by=person)
    client.force_login(person)
    for address in (DESK, f"{DESK}export/", f"{DESK}{upload.pk}/"):
        for answer in (client.get(address), client.post(address, {"action": "apply"})):
            assert answer.status_code in (302, 403, 405)
            assert b"PK" not in answer.content[:2]
            assert not str(answer.get("Location", "")).startswith(DESK)
    assert Organisation.objects.count() == 26


# -- hostile files -------------------------------------------------------------------------------


def repacked(change: dict[str, bytes | None], base: bytes | None = None) -> bytes:
    """A workbook with parts put in, changed or taken out."""
    source = zipfile.ZipFile(io.BytesIO(base or book([new_row("Жаңа")])))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            if part not in change:
                target.writestr(part, source.read(part))
        for part, content in change.items():
            if content is not None:
                target.writestr(part, content)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
LOL = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<worksheet><sheetData>&b;</sheetData></worksheet>"
)
HOSTILE = {
    "no workbook": lambda: b"<html>not a table</html>",
    "csv": lambda: b"id,name\n1,x\n",
    "empty": lambda: b"",
    "other zip": lambda: repacked({"xl/workbook.xml": None, "[Content_Types].xml": None}),
    "bomb": lambda: repacked({"xl/bomb.xml": b"\0" * (files.MOST_UNPACKED + 1)}),
    "many parts": lambda: repacked({f"xl/p{n}.xml": b"<a/>" for n in range(files.MOST_PARTS)}),
    "macros": lambda: repacked({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
    "entities": lambda: repacked({SHEET: LOL}),
    "broken": lambda: repacked({SHEET: b"<worksheet><sheetData><row"}),
    "cut": lambda: book([new_row("Жаңа")])[:-300],
    "too many rows": lambda: book([{"id": n} for n in range(files.MOST_ROWS + 1)]),
    "too many columns": lambda: book([{f"c{n}": 1 for n in range(files.MOST_COLUMNS + 1)}]),
    "other table": lambda: book([{"Атауы": "x", "Өңір": "y"}]),
    "column twice": lambda: book([{"id": 1}], ["id", "ID"]),
    "too big": lambda: b"PK" + b"\0" * files.MOST_BYTES,
}
SENTENCES = {
    "no workbook": ("XLSX кітабы емес", "не книга XLSX", "not an XLSX workbook"),
    "csv": ("XLSX кітабы емес", "не книга XLSX", "not an XLSX workbook"),
    "empty": ("бос", "пуст", "empty"),
    "other zip": ("XLSX кітабы емес", "не книга XLSX", "not an XLSX workbook"),
    "bomb": ("ашылғанда", "после распаковки", "unpacks to more"),
    "many parts": ("ашылғанда", "после распаковки", "unpacks to more"),
    "macros": ("макрос", "макрос", "macros"),
    "entities": ("нысандар", "сущности", "entities"),
    "broken": ("оқылмайды", "не читается", "cannot be read"),
    "cut": ("XLSX кітабы емес", "не книга XLSX", "not an XLSX workbook"),
    "too many rows": ("5000 жолдан", "больше 5000 строк", "more than 5000 rows"),
    "too many columns": ("60 бағаннан", "больше 60 столбцов", "more than 60 columns"),
    "other table": ("Бірінші жол", "Первая строка", "The first row must"),
    "column twice": ("екі рет", "дважды", "stands twice"),
    "too big": ("5 МБ", "5 МБ", "5 MB"),
}


@pytest.mark.parametrize("case", sorted(HOSTILE))
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_hostile_file_is_refused_with_a_sentence_and_not_kept(
    founders: None, client: Client, language: str, case: str
) -> None:
    person = make.make_person("secretariat")
    UserProfile.objects.filter(user=person).update(preferred_language=language)
    client.force_login(person)
    answer = bring(client, HOSTILE[case](), "Қауіпті.xlsx")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert SENTENCES[case][("kk", "ru", "en").index(language)] in text
    assert "Қауіпті.xlsx" in text, "which file was meant"
    assert not RegistryUpload.objects.exists()
    assert Organisation.objects.count() == 26


def test_a_sheet_that_lies_about_its_size_is_read_no_further(founders: None) -> None:
    source = zipfile.ZipFile(io.BytesIO(book([new_row("Жаңа")]))).read(SHEET)
    lying = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', source)
    assert lying != source
    plan = services.plan_of(repacked({SHEET: lying}))
    assert [row.state for row in plan.rows] == [NEW]


def test_five_thousand_rows_are_judged_and_written_in_reasonable_time(founders: None) -> None:
    rows = [new_row(f"Ұйым {n}", bin=make_bin(n)) for n in range(files.MOST_ROWS)]
    content = book(rows)
    person = make.make_person("secretariat")
    start = time.monotonic()
    upload = services.keep_upload(name="x", content=content, by=person)
    seen = services.plan_of(content).digest
    judged = time.monotonic()
    services.apply_upload(pk=upload.pk, seen=seen, by=person)
    written = time.monotonic()
    assert Organisation.objects.count() == 26 + files.MOST_ROWS
    assert judged - start < 60
    assert written - judged < 60
