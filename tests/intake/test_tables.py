"""Decisions come as a table: mapped, looked at row by row, written all or nothing."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from openpyxl import Workbook
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from monitoring.decisions.models import Code, Decision, Edition
from monitoring.decisions.publication import picture
from monitoring.decisions.services import update_decision
from monitoring.evidence.sheets import files
from monitoring.intake.models import SheetUpload
from monitoring.intake.sheet import decisions as table
from monitoring.intake.sheet import services
from monitoring.intake.sheet.kinds import CHANGED, ERROR, NEW, SAME
from monitoring.intake.sheet.registered import DECISIONS
from monitoring.journal.models import Change
from monitoring.search.models import OutboxRow
from tests.factories.record import make_body, make_decision, make_kind, make_status, make_topic

pytestmark = pytest.mark.django_db
DESK = "/admin/tables/decisions/"


def book(rows: list[list[Any]], change: Any = None) -> bytes:
    made = Workbook()
    sheet: Any = made.active
    for row in rows:
        sheet.append(row)
    if change:
        change(made, sheet)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


HEAD = ["codes", "kind", "number", "date", "bodies", "title_kk"]


def row(nth: int, /, **changed: Any) -> list[Any]:
    cells = {"codes": f"adilet V24UL{nth:06}", "kind": "law", "number": f"{nth}",
             "date": "31.05.2024", "bodies": "senate", "title_kk": f"Шешім {nth}"}  # fmt: skip
    return list({**cells, **changed}.values())


@pytest.fixture
def analyst(client: Client) -> User:
    call_command("sync_groups")
    user = User.objects.create_user("analyst@example.org", "secret", is_active=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client.force_login(user)
    make_kind()
    make_body()
    return user


def speak(user: User, language: str) -> None:
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})


def bring(client: Client, content: bytes, name: str = "кесте.xlsx") -> Any:
    return client.post(DESK, {"file": SimpleUploadedFile(name, content)})


def decide(client: Client, upload: SheetUpload, action: str) -> Any:
    seen = client.get(f"{DESK}{upload.pk}/").context["plan"].digest
    return client.post(f"{DESK}{upload.pk}/", {"action": action, "seen": seen})


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_goes_out_comes_back_and_changes_nothing(
    client: Client, analyst: User, form: str
) -> None:
    make_decision(
        "=1+1", number="148-II", codes={"adilet": "Z010000148_", "zan": "7966"},
        bodies=[make_body()], topics=[make_topic()], status=make_status(), note="-1\nжол",
        links=[{"url": "https://example.kz/a", "label_kk": "а", "label_ru": "б", "label_en": "в"},
               {"url": "", "label_kk": "Қағаз кітап"}],
        editions={"kk": {"title": "=1+1", "summary": "бір\nекі"},
                  "ru": {"official_title": "О, «х»"}},
    )  # fmt: skip
    make_decision("Күні жоқ", number="2", date=None)
    make_decision("Жыл ғана", number="3", date=dt.date(1993, 12, 1), precision="month")
    content = client.get(f"{DESK}export/{form}/").content
    bring(client, content, f"x.{form}")
    upload = SheetUpload.objects.get()
    plan = services.plan_of(upload)
    assert [(one.state, one.errors, one.differences) for one in plan.rows] == [(SAME, [], [])] * 3
    assert not [one.notes for one in plan.rows if one.notes]


def test_rows_are_seen_first_then_written_with_where_they_came_from(
    client: Client, analyst: User
) -> None:
    known = make_decision("Бұрынғы", number="7", codes={"adilet": "Z010000148_"})
    before = Change.objects.count()
    content = book([HEAD, row(1), row(2, codes="adilet Z010000148_", number="148-II")])
    answer = bring(client, content)
    upload = SheetUpload.objects.get()
    page = client.get(answer.url)
    plan = page.context["plan"]
    assert [len(plan.of(state)) for state in (ERROR, NEW, CHANGED, SAME)] == [0, 1, 1, 0]
    text = page.content.decode()
    assert "<ins>148-II</ins>" in text
    assert Decision.objects.count() == 1
    assert decide(client, upload, "apply").status_code == 302
    made = Decision.objects.exclude(pk=known.pk).get()
    assert (made.adoption_number, made.year, made.is_public) == ("1", 2024, False)
    assert [str(one) for one in made.codes.all()] == ["adilet V24UL000001"]
    assert [one.key for one in made.bodies.all()] == ["senate"]
    edition = made.editions.get()
    assert (edition.title, edition.live) == ("Шешім 1", False)
    said = made.field_sources.get(field="adoption_number")
    assert (said.source, said.by) == ("кесте.xlsx, 2", analyst)
    known = Decision.objects.get(pk=known.pk)
    assert (known.adoption_number, known.version) == ("148-II", 2)
    change = Change.objects.latest("pk")
    assert Change.objects.count() == before + 1
    assert (change.after, change.announce) == (picture(known), False), "as a service writes it"
    touched = set(OutboxRow.objects.filter(kind="decision").values_list("record_id", flat=True))
    assert {made.pk, known.pk} <= touched
    upload.refresh_from_db()
    assert (upload.state, upload.rows, upload.made, upload.changed) == ("applied", [], 1, 1)
    assert client.get(f"{DESK}{upload.pk}/").status_code == 302
    again = make_decision("Кейінгі", number="99")
    assert again.pk > made.pk, "ids that were reserved are not given twice"


def test_columns_are_mapped_once_and_remembered_for_the_same_head(
    client: Client, analyst: User
) -> None:
    strange = [["Реквизит А", "Б", "В"], ["law", "О бюджете", "5"]]
    bring(client, book(strange))
    upload = SheetUpload.objects.get()
    assert services.plan_of(upload).rows == []
    address = f"{DESK}{upload.pk}/"
    twice = {"action": "map", "column-0": "kind", "column-1": "kind"}
    assert client.post(address, twice).status_code == 422
    said = {"action": "map", "column-0": "kind", "column-1": "title_ru", "column-2": "number"}
    assert client.post(address, said).status_code == 302
    assert [one.state for one in services.plan_of(SheetUpload.objects.get()).rows] == [NEW]
    bring(client, book(strange), "again.xlsx")
    second = SheetUpload.objects.get(name="again.xlsx")
    assert second.mapping == {"0": "kind", "1": "title_ru", "2": "number"}


BAD: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "serial": ({"date": 45443}, ("31.05.2024", "31.05.2024", "31.05.2024")),
    "no such day": ({"date": "31.02.2024"}, ("күн емес", "не дата", "is not a date")),
    "far year": ({"date": "01.01.3024"}, ("3024", "3024", "3024")),
    "formula": ({"number": "=1+1"}, ("формула", "формула", "formula")),
    "unknown kind": ({"kind": "castle"}, ("castle", "castle", "castle")),
    "unknown body": ({"bodies": "senate; nobody"}, ("nobody", "nobody", "nobody")),
    "no title": ({"title_kk": None}, ("атау", "название", "title")),
    "no kind": ({"kind": None}, ("түрі", "вид", "kind")),
    "code of another": ({"codes": "adilet TAKEN; adilet OTHER"}, ("басқа", "другому", "another")),
    "namesake": ({"codes": None, "number": "7"}, ("нөмірі", "номер", "id is")),
    "long": ({"title_kk": "ұ" * 301}, ("300", "300", "300")),
    "bad code": ({"codes": "Z010000148_"}, ("adilet", "adilet", "adilet")),
}  # fmt: skip


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_wrong_row_says_why_in_words_and_stops_the_whole_table(
    client: Client, analyst: User, language: str
) -> None:
    speak(analyst, language)
    make_decision(number="7", codes={"adilet": "TAKEN"})
    make_decision(number="8", codes={"adilet": "OTHER"})
    rows = [HEAD, *(row(100 + place, **BAD[case][0]) for place, case in enumerate(sorted(BAD)))]
    rows += [row(1), row(1)]
    bring(client, book(rows))
    upload = SheetUpload.objects.get()
    page = client.get(f"{DESK}{upload.pk}/")
    plan = page.context["plan"]
    for one, case in zip(plan.rows, sorted(BAD), strict=False):
        said = " ".join(sentence for _column, sentence in one.errors)
        assert BAD[case][1][("kk", "ru", "en").index(language)] in said, (case, said)
    assert plan.rows[-2].state == NEW
    assert plan.rows[-1].state == ERROR, "said twice in the file"
    refused = decide(client, upload, "apply")
    assert refused.status_code == 422
    assert Decision.objects.count() == 2
    assert decide(client, upload, "apply_good").status_code == 302
    assert Decision.objects.count() == 3


def merged(made: Any, sheet: Any) -> None:
    sheet.merge_cells("A2:A3")


def merged_head(made: Any, sheet: Any) -> None:
    sheet.merge_cells("A1:B1")


def hidden(made: Any, sheet: Any) -> None:
    made.create_sheet("Жасырын").append(["x"])
    made["Жасырын"].sheet_state = "hidden"


def test_merged_cells_and_hidden_sheets_are_told(client: Client, analyst: User) -> None:
    bring(client, book([HEAD, row(1), row(2)], merged))
    plan = services.plan_of(SheetUpload.objects.get())
    assert [one.state for one in plan.rows] == [NEW, ERROR]
    bring(client, book([HEAD, row(1)], hidden), "h.xlsx")
    assert SheetUpload.objects.get(name="h.xlsx").notes["hidden"] == ["Жасырын"]


def zipped(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in {"[Content_Types].xml": b"<x/>", "xl/x.xml": b"<x/>", **parts}.items():
            target.writestr(name, content)
    return made.getvalue()


CYRILLIC = "codes;kind;number;title_ru\r\nadilet V1;law;5;О бюджете сельского округа\r\n"
HOSTILE = {
    "empty": (lambda: b"", "sheet_empty"),
    "empty sheet": (lambda: book([]), "sheet_empty"),
    "only a head": (lambda: book([HEAD]), "sheet_no_rows"),
    "merged head": (lambda: book([HEAD, row(1)], merged_head), "sheet_merged_head"),
    "old xls": (lambda: b"\xd0\xcf\x11\xe0" + b"x" * 600, "sheet_old"),
    "bomb": (lambda: zipped({"xl/b.xml": b"\0" * (files.MOST_UNPACKED + 1)}), "sheet_bomb"),
    "macros": (lambda: zipped({"xl/vbaProject.bin": b"x"}), "sheet_macros"),
    "entities": (lambda: zipped({"xl/a.xml": b"<!DOCTYPE x>"}), "sheet_entities"),
    "broken": (lambda: zipped({}), "sheet_broken"),
    "dos letters": (lambda: CYRILLIC.encode("cp866"), "sheet_encoding"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "sheet_kind"),
    "too many rows": (lambda: ("number\n" + "1\n" * 5001).encode(), "sheet_rows"),
}


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_a_hostile_file_is_refused_in_words_and_not_kept(case: str) -> None:
    make, code = HOSTILE[case]
    with pytest.raises(ValidationError) as error:
        services.keep_table(sheet=DECISIONS, name="x", content=make(), by=None)
    assert error.value.code == code
    assert not SheetUpload.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_csv_is_read_with_semicolons_and_in_the_encodings_of_old_windows(encoding: str) -> None:
    read = files.read_table(CYRILLIC.encode(encoding), "x.csv")
    assert read.names == ["codes", "kind", "number", "title_ru"]
    assert read.rows == [[2, ["adilet V1", "law", "5", "О бюджете сельского округа"]]]
    assert read.encoding == ("Windows-1251" if encoding == "cp1251" else "")


def test_what_changed_since_the_look_is_not_overwritten(client: Client, analyst: User) -> None:
    known = make_decision("Бұрынғы", number="7", codes={"adilet": "Z1"})
    bring(client, book([["codes", "number"], ["adilet Z1", "8"]]))
    upload = SheetUpload.objects.get()
    seen = services.plan_of(upload).digest
    update_decision(decision=known, note="мен", by=analyst)
    answer = client.post(f"{DESK}{upload.pk}/", {"action": "apply", "seen": seen})
    assert answer.status_code == 422
    assert Decision.objects.get(pk=known.pk).adoption_number == "7"
    # A code that is taken between the look and the writing: all of it is undone.
    bring(client, book([HEAD, row(1), row(2)]), "new.xlsx")
    upload = SheetUpload.objects.get(name="new.xlsx")
    plan = services.plan_of(upload)
    run = DECISIONS.prepare(plan.of(NEW), [], "new.xlsx", analyst)
    Code.objects.create(decision=known, collection="adilet", value="V24UL000002")
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"), transaction.atomic():
        run()
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("role", ["editor", "translator", "moderator", "member-editor"])
def test_only_those_who_keep_decisions_get_at_it(client: Client, role: str) -> None:
    call_command("sync_groups")
    user = User.objects.create_user("other@example.org", "secret", is_active=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    for address in (DESK, f"{DESK}export/csv/", f"{DESK}template/", f"{DESK}1/"):
        assert client.get(address).status_code in (302, 403)
        assert client.post(address).status_code in (302, 403, 405)


def test_five_thousand_rows_are_made_outside_and_written_in_a_moment(analyst: User) -> None:
    rows = [HEAD, *(row(number) for number in range(files.MOST_ROWS))]
    upload = services.keep_table(sheet=DECISIONS, name="x", content=book(rows), by=analyst)
    plan = services.plan_of(upload)
    assert len(plan.of(NEW)) == files.MOST_ROWS
    run = DECISIONS.prepare(plan.of(NEW), [], "x", analyst)
    start = time.perf_counter()
    with transaction.atomic():
        run()
    took = time.perf_counter() - start
    print(f"written in {took:.2f} s")
    assert Decision.objects.count() == Edition.objects.count() == files.MOST_ROWS
    assert table.COLUMNS[0].name == "id"
