"""Uploads are judged by their bytes, on every path that stores a file, in three languages."""

from __future__ import annotations

import contextlib
import io
import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as conf
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Collection, UploadedFile
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.pages import services, uploads
from tests.factories import files
from tests.factories.files import upload
from tests.factories.registry import make_person

LANGUAGES = ("kk", "ru", "en")

PICTURES: dict[str, tuple[Callable[[], SimpleUploadedFile], dict[str, str]]] = {
    "svg with a script": (
        lambda: upload("logo.svg", files.SVG),
        {"kk": "SVG қабылданбайды", "ru": "SVG не принимается", "en": "SVG is not taken"},
    ),
    "svg named png": (
        lambda: upload("logo.png", files.SVG),
        {"kk": "бұл сурет емес", "ru": "Это не картинка", "en": "This is not a picture"},
    ),
    "gif and script in one": (
        lambda: upload("a.gif", files.gif_script()),
        {"kk": "JPEG, PNG немесе WebP", "ru": "JPEG, PNG или WebP", "en": "JPEG, PNG or WebP"},
    ),
    "gif and script named jpg": (
        lambda: upload("a.jpg", files.gif_script()),
        {"kk": "бұл сурет емес", "ru": "Это не картинка", "en": "This is not a picture"},
    ),
    "png named jpg": (
        lambda: upload("a.jpg", files.photo("PNG", (80, 45))),
        {
            "kk": "суреттің басқа түрі",
            "ru": "картинка другого вида",
            "en": "another kind of picture",
        },
    ),
    "2.5 gigapixels": (
        lambda: upload("big.png", files.huge_png()),
        {"kk": "пиксель тым көп", "ru": "слишком много пикселей", "en": "too many pixels"},
    ),
    "49 megapixels": (
        lambda: upload("big.png", files.huge_png(7000, 7000)),
        {"kk": "7000 × 7000", "ru": "7000 × 7000", "en": "7000 × 7000"},
    ),
    "cut short": (
        lambda: upload("half.jpg", files.photo(size=(800, 450))[:3000]),
        {"kk": "бүлінген", "ru": "повреждена", "en": "damaged"},
    ),
    "empty": (
        lambda: upload("a.png", b""),
        {"kk": "бос", "ru": "пуст", "en": "empty"},
    ),
    "over ten megabytes": (
        lambda: upload("a.jpg", b"\xff\xd8\xff" + b"\0" * uploads.MAX_IMAGE_BYTES),
        {"kk": "қабылданады", "ru": "не больше", "en": "at most"},
    ),
}

DOCUMENTS: dict[str, tuple[Callable[[], SimpleUploadedFile], dict[str, str]]] = {
    "page named pdf": (
        lambda: upload("report.pdf", files.HTML),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
    "page that begins like a pdf": (
        lambda: upload("report.pdf", b"%PDF-1.4\n" + files.HTML + b"%%EOF"),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
    "pdf behind a page": (
        lambda: upload("report.pdf", files.HTML + files.pdf()),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
    "pdf cut short": (
        lambda: upload("report.pdf", files.pdf()[:60]),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
    "zip named docx": (
        lambda: upload("report.docx", files.package({"a.exe": b"MZ"})),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
    "xlsx named docx": (
        lambda: upload(
            "report.docx",
            files.package({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"}),
        ),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
    "zip behind a page": (
        lambda: upload("report.docx", files.HTML + files.docx()),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
    "table named odt": (
        lambda: upload("report.odt", files.odt("spreadsheet")),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
    "macros by name": (
        lambda: upload("report.docm", files.docx()),
        {"kk": "Макросы бар", "ru": "с макросами", "en": "macros"},
    ),
    "macros inside docx": (
        lambda: upload("report.docx", files.docx(word__vbaProject_bin=b"\0")),
        {"kk": "Макросы бар", "ru": "с макросами", "en": "macros"},
    ),
    "macros by content type": (
        lambda: upload(
            "report.xlsx",
            files.package(
                {"[Content_Types].xml": b"ms-excel.sheet.macroEnabled", "xl/workbook.xml": b"<w/>"}
            ),
        ),
        {"kk": "Макросы бар", "ru": "с макросами", "en": "macros"},
    ),
    "macros inside odt": (
        lambda: upload("report.odt", files.odt(more={"Basic/script-lc.xml": b"<x/>"})),
        {"kk": "Макросы бар", "ru": "с макросами", "en": "macros"},
    ),
    "bomb": (
        lambda: upload("bomb.docx", files.docx(bomb=b"\0" * (uploads.MAX_UNPACKED + 1))),
        {"kk": "тексеруге келмейтіндей", "ru": "распаковывается", "en": "unpacks"},
    ),
    "old word": (
        lambda: upload("report.doc", b"\xd0\xcf\x11\xe0"),
        {"kk": "ескі формат", "ru": "слишком старый", "en": "too old"},
    ),
    "program": (
        lambda: upload("setup.exe", b"MZ"),
        {"kk": "PDF, DOCX, XLSX", "ru": "PDF, DOCX, XLSX", "en": "PDF, DOCX, XLSX"},
    ),
    "page named html": (
        lambda: upload("index.html", files.HTML),
        {"kk": "PDF, DOCX, XLSX", "ru": "PDF, DOCX, XLSX", "en": "PDF, DOCX, XLSX"},
    ),
    "page named csv": (
        lambda: upload("table.csv", files.HTML),
        {"kk": "ондай емес немесе бүлінген", "ru": "другого вида или", "en": "something else"},
    ),
}
BAD = [("image", name) for name in PICTURES] + [("document", name) for name in DOCUMENTS]
BAD_EACH = [(*one, LANGUAGES[place % 3]) for place, one in enumerate(BAD)]
"""Each with one language: the sentences are compared in all three where no page is drawn."""
ADD = {
    "image": ("wagtailimages:add_multiple", "wagtailimages_chooser:create", "image-chooser-upload"),
    "document": (
        "wagtaildocs:add_multiple", "wagtaildocs_chooser:create", "document-chooser-upload",
    ),
}  # fmt: skip


def bad(kind: str, name: str) -> tuple[SimpleUploadedFile, dict[str, str]]:
    make, words = (PICTURES if kind == "image" else DOCUMENTS)[name]
    return make(), words


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def editor(db: None) -> User:
    return make_person("editor")


def admin(editor: User, language: str = "ru") -> Client:
    profile = UserProfile.get_for_user(editor)
    profile.preferred_language = language
    profile.save()
    client = Client()
    client.force_login(editor)
    return client


def root() -> int:
    return int(Collection.objects.get(depth=1).pk)


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "name"), BAD)
def test_a_hostile_file_is_refused_with_a_sentence(kind: str, name: str, language: str) -> None:
    file, words = bad(kind, name)
    judge = uploads.clean_image if kind == "image" else uploads.clean_document
    with translation.override(language), pytest.raises(ValidationError) as refused:
        judge(file)
    assert words[language] in refused.value.messages[0]


@pytest.mark.parametrize(("kind", "name", "language"), BAD_EACH)
def test_the_chooser_refuses_it_too_and_keeps_the_typed_title(
    editor: User, media: Path, kind: str, name: str, language: str
) -> None:
    _many, create, prefix = ADD[kind]
    file, words = bad(kind, name)
    answer = admin(editor, language).post(
        reverse(create),
        {f"{prefix}-title": "Жиынның суреті", f"{prefix}-file": file,
         f"{prefix}-collection": root(), f"{prefix}-tags": ""},
    )  # fmt: skip
    text = json.loads(answer.content)["htmlFragment"]
    assert answer.status_code == 200
    assert words[language] in text
    assert 'value="Жиынның суреті"' in text
    assert not Image.objects.exists()
    assert not Document.objects.exists()
    assert stored(media) == []


@pytest.mark.parametrize(("kind", "name", "language"), BAD_EACH)
def test_the_uploader_of_many_files_refuses_it_too(
    editor: User, media: Path, kind: str, name: str, language: str
) -> None:
    many, _create, _prefix = ADD[kind]
    file, words = bad(kind, name)
    answer = admin(editor, language).post(
        reverse(many), {"title": "x", "collection": root(), "files[]": file}
    )
    said = json.loads(answer.content)
    assert answer.status_code == 200
    assert said["success"] is False
    assert words[language] in said["error_message"]
    assert stored(media) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_putting_a_hostile_file_in_the_place_of_a_sound_one_changes_nothing(
    editor: User, media: Path, language: str
) -> None:
    image = services.store_image(file=upload("a.jpg", files.photo()), title="Жиын", by=editor)
    before = image.file.read()
    answer = admin(editor, language).post(
        reverse("wagtailimages:edit", args=[image.pk]),
        {"title": "Басқа атау", "collection": root(), "tags": "", "description": "",
         "file": upload("b.svg", files.SVG)},
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 200
    assert PICTURES["svg with a script"][1][language] in text
    assert 'value="Басқа атау"' in text
    image.refresh_from_db()
    assert image.title == "Жиын"
    assert image.file.open().read() == before


@pytest.mark.parametrize("kind", ["image", "document"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_file_waits_unjudged_while_another_field_is_wrong(
    editor: User, media: Path, kind: str, language: str
) -> None:
    """The uploader would keep the bytes as they came and store them once the title is mended."""
    many, _create, _prefix = ADD[kind]
    file = upload("a.jpg", files.photo()) if kind == "image" else upload("a.pdf", files.pdf())
    answer = admin(editor, language).post(
        reverse(many), {"title": "x" * 300, "collection": root(), "files[]": file}
    )
    said = json.loads(answer.content)
    words = {"kk": "қайта таңдаңыз", "ru": "ещё раз", "en": "choose the file again"}
    assert said["success"] is False
    assert words[language] in said["error_message"]
    assert not UploadedFile.objects.exists()
    assert stored(media) == []


@pytest.mark.parametrize("name", ["2.5 gigapixels", "49 megapixels"])
def test_a_picture_of_too_many_pixels_costs_no_memory(name: str) -> None:
    file, _words = bad("image", name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValidationError):
        uploads.clean_image(file)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024  # KB


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")]
)
def test_neither_the_original_nor_a_rendition_says_where_it_was_taken(
    editor: User, media: Path, kind: str, name: str
) -> None:
    data = files.photo(kind)
    assert files.PLACE.encode() in data
    answer = admin(editor).post(
        reverse("wagtailimages:add_multiple"),
        {"title": "x", "collection": root(), "files[]": upload(name, data)},
    )
    assert json.loads(answer.content)["success"] is True
    image = Image.objects.get()
    for spec in ("width-800", "fill-480x270|format-jpeg", "original"):
        image.get_rendition(spec)
    kept = stored(media)
    assert len(kept) >= 4
    for path in kept:
        assert files.PLACE.encode() not in path.read_bytes()
        assert b"Exif" not in path.read_bytes()
        with Pillow.open(path) as picture:
            assert not picture.getexif()
            assert not {"exif", "xmp", "comment", "icc_profile"} & picture.info.keys()


def test_a_turned_photo_stands_upright_once_its_metadata_is_gone() -> None:
    file = uploads.clean_image(upload("a.jpg", files.photo(size=(800, 450), turned=True)))
    assert Pillow.open(file).size == (450, 800)


def test_a_photo_of_a_phone_is_kept_no_larger_than_the_site_can_show() -> None:
    file = uploads.clean_image(upload("a.jpg", files.photo(size=(6000, 3375))))
    assert Pillow.open(file).size == (2560, 1440)


def test_what_stands_behind_a_picture_is_left_behind() -> None:
    file = uploads.clean_image(upload("a.jpg", files.jpeg_with_a_page()))
    assert b"script" not in file.read()


def test_a_transparent_logo_stays_transparent() -> None:
    target = io.BytesIO()
    Pillow.new("RGBA", (64, 64), (0, 0, 0, 0)).save(target, "PNG")
    file = uploads.clean_image(upload("logo.png", target.getvalue()))
    assert Pillow.open(file).mode == "RGBA"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", files.pdf()),
        ("a.docx", files.docx()),
        ("a.odt", files.odt()),
        ("a.csv", "Аудан;Саны\n".encode("cp1251")),
        ("a.csv", "\ufeffАудан;Саны\n".encode()),
        ("a.txt", "Есеп".encode("utf-16")),
    ],
    ids=["pdf", "docx", "odt", "csv of Excel", "csv", "txt"],
)
def test_a_sound_document_is_taken_as_it_is(name: str, data: bytes) -> None:
    assert uploads.clean_document(upload(name, data)).read() == data


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Есеп 2026 (соңғы).PDF", "esep-2026-songy.pdf"),
        ("..\\..\\etc\\passwd.pdf", "passwd.pdf"),
        ("a.html.pdf", "a-html.pdf"),
        ("пресс-релиз\u202efdp.pdf", "press-reliz-fdp.pdf"),
        (".pdf", "file.pdf"),
    ],
)
def test_a_file_gets_a_plain_latin_name(typed: str, kept: str) -> None:
    assert uploads.file_name(typed, "pdf") == kept


@given(st.text(max_size=80))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    made = uploads.file_name(name, "pdf")
    assert made.endswith(".pdf")
    assert made[:-4]
    assert set(made[:-4]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.binary(max_size=400), st.sampled_from(uploads.DOCUMENT_EXTENSIONS))
def test_no_bytes_break_the_judge_of_documents(data: bytes, extension: str) -> None:
    heads = (b"", b"PK\x03\x04", b"%PDF-1.7")
    for head in heads:
        with contextlib.suppress(ValidationError):
            uploads.clean_document(upload(f"a.{extension}", head + data))


@given(st.binary(max_size=400), st.sampled_from(uploads.IMAGE_EXTENSIONS))
def test_no_bytes_break_the_judge_of_pictures(data: bytes, extension: str) -> None:
    heads = (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBPVP8 ")
    for head in heads:
        with pytest.raises(ValidationError):
            uploads.clean_image(upload(f"a.{extension}", head + data))


# -- what goes out ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "data"), [("Есеп.pdf", files.pdf()), ("a.csv", b"a;b\n")])
def test_a_document_goes_out_as_a_file_to_save_and_nothing_else(
    editor: User, name: str, data: bytes
) -> None:
    answer = admin(editor).post(
        reverse("wagtaildocs:add_multiple"),
        {"title": "x", "collection": root(), "files[]": upload(name, data)},
    )
    assert json.loads(answer.content)["success"] is True
    got = Client().get(Document.objects.get().url)
    assert got.status_code == 200
    assert got["Content-Disposition"].startswith("attachment")
    assert got["Content-Type"] == "application/octet-stream"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "default-src 'none'"
    assert b"".join(got.streaming_content) == data  # type: ignore[attr-defined] # a FileResponse


def test_renditions_are_served_for_a_year_and_nothing_else_of_the_folder_is(
    editor: User, media: Path
) -> None:
    image = services.store_image(file=upload("a.jpg", files.photo()), title="Жиын", by=editor)
    got = Client().get(image.get_rendition("width-480").url)
    assert got.status_code == 200
    assert got["Content-Type"] == "image/jpeg"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in got["Cache-Control"]
    (media / "images" / "evil.html").write_bytes(files.HTML)
    for name in (
        "images/evil.html",
        "original_images/a.jpg",
        "images/none.jpg",
        "images/..%2fa.jpg",
    ):
        assert Client().get(f"/media/{name}").status_code in (400, 404), name


# -- every path ------------------------------------------------------------------------------------

JUDGED = {
    "wagtailimages.Image.file": "PictureForm, store_image",
    "wagtailimages.Rendition.file": "made by us from a judged picture",
    "wagtaildocs.Document.file": "DocumentForm",
    "wagtailcore.UploadedFile.file": "never used: a refused form keeps no file",
    "wagtailusers.UserProfile.avatar": "the panel is switched off",
}
"""Every field of a model that stores a file, and who judges it."""


def test_every_field_that_stores_a_file_has_its_judge() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    }
    assert found == JUDGED.keys()


def test_wagtail_is_told_the_same_kinds_of_files() -> None:
    assert list(uploads.IMAGE_EXTENSIONS) == conf.WAGTAILIMAGES_EXTENSIONS
    assert list(uploads.DOCUMENT_EXTENSIONS) == conf.WAGTAILDOCS_EXTENSIONS


def test_the_account_page_takes_no_portrait(editor: User, media: Path) -> None:
    client = admin(editor)
    assert "avatar-avatar" not in client.get(reverse("wagtailadmin_account")).content.decode()
    client.post(reverse("wagtailadmin_account"), {"avatar-avatar": upload("a.jpg", files.photo())})
    assert stored(media) == []


def test_a_logo_without_a_ground_stands_on_white_where_it_is_shown_as_jpeg(
    editor: User, media: Path
) -> None:
    target = io.BytesIO()
    Pillow.new("RGBA", (64, 64), (0, 0, 0, 0)).save(target, "PNG")
    image = services.store_image(file=upload("a.png", target.getvalue()), title="a", by=editor)
    with Pillow.open(image.get_rendition("width-64|format-jpeg").file.path) as shown:
        assert shown.getpixel((5, 5)) == (255, 255, 255)
