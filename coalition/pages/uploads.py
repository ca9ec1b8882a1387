"""What may be stored as a file: the one place that judges an upload by its bytes, not its name.

`clean_image` and `clean_document` take an upload and give back the file to store; both raise
ValidationError with a sentence for the person who uploaded it. Every form that stores a file uses
them (a test walks the file fields of all models).
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath
from typing import NoReturn

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from monitoring.core.text import slugify

MAX_IMAGE_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
"""Width times height, read off the header: a picture beyond it is never decoded."""
MAX_SIDE = 2560
"""Pixels of the longer side of the copy we keep: twice the widest column of the site."""
MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_MEMBERS = 5000
"""Bounds of what an office file may unpack to."""

FORMATS = {"JPEG": ("jpg", "jpeg"), "PNG": ("png",), "WEBP": ("webp",)}
"""Pictures that are taken. No SVG: it may hold scripts and outside addresses. No GIF: it may be
read as a script at the same time, and an animation is heavier than the whole page."""
IMAGE_EXTENSIONS = ("jpg", "jpeg", "png", "webp")

OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
"""ECMA-376, part 2: the member that makes a package a text, a table or slides."""
OPEN_DOCUMENT = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
"""OpenDocument 1.3, part 2: the member `mimetype` names the kind."""
PLAIN = ("csv", "txt")
DOCUMENT_EXTENSIONS = ("pdf", *OFFICE, *OPEN_DOCUMENT, *PLAIN)
OLD_OFFICE = ("doc", "xls", "ppt", "rtf")
WITH_MACROS = ("docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm")

_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml|\?php)", re.IGNORECASE)
_MACROS = re.compile(r"vbaproject|vbadata|^basic/|^scripts/|activex", re.IGNORECASE)


def extension_of(name: str) -> str:
    """The ending of a file's name in lower case, without the dot."""
    return PurePath(name).suffix.lower().removeprefix(".")


def file_name(name: str, extension: str) -> str:
    """A name in plain Latin letters that says what the file is: «Есеп 2026.PDF» → esep-2026.pdf."""
    stem = re.split(r"[/\\]", name)[-1].rpartition(".")[0]
    return f"{slugify(stem, fallback='file')}.{extension}"


def clean_image(file: UploadedFile) -> UploadedFile:
    """The picture to store: decoded, turned upright, at most MAX_SIDE wide, and written anew.

    Writing it anew leaves behind whatever else stood in the file: place and time of the shot
    (EXIF, XMP, IPTC), a thumbnail, comments, anything after the picture's end. Size and pixels are
    judged before it is decoded. Raises ValidationError.
    """
    extension = extension_of(file.name or "")
    if extension in ("svg", "svgz"):
        _refuse(_("SVG is not taken: such a file can hold scripts. Save the picture as PNG."))
    if extension not in IMAGE_EXTENSIONS:
        _refuse(
            _("A picture is taken as JPEG, PNG or WebP; the name of this file ends in “%(kind)s”."),
            extension,
        )
    _check_size(file, MAX_IMAGE_BYTES)
    file.seek(0)
    try:
        picture = Image.open(file, formats=list(FORMATS))
    except Image.DecompressionBombError:
        _too_many_pixels()
    except Exception:  # Pillow's readers raise whatever the bytes lead them to
        _refuse(_("This is not a picture, whatever its name says."))
    if picture.width * picture.height > MAX_PIXELS:
        _too_many_pixels(picture.width, picture.height)
    if extension not in FORMATS[str(picture.format)]:
        _refuse(
            _(
                "The name ends in .%(kind)s, but inside is another kind of picture. "
                "Rename the file."
            ),
            extension,
        )
    try:
        data = _written_anew(picture)
    except Exception:  # likewise, and a header may promise what the rest does not hold
        _refuse(_("The picture is damaged and cannot be opened."))
    kind = str(picture.format).lower()
    name = file_name(file.name or "", "jpg" if kind == "jpeg" else kind)
    return InMemoryUploadedFile(
        io.BytesIO(data), "file", name, f"image/{kind}", len(data), charset=None
    )


def _written_anew(picture: Image.Image) -> bytes:
    kind = str(picture.format)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(picture)
    lossy = kind == "JPEG"
    clear = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    drawn = upright.convert("RGBA" if clear and not lossy else "RGB")
    drawn.info.clear()  # Pillow writes what it finds here
    target = io.BytesIO()
    drawn.save(target, kind, quality=88, optimize=True)  # each writer takes what it knows
    return target.getvalue()


def clean_document(file: UploadedFile) -> UploadedFile:
    """The same document under a safe name, when its bytes are what its name says.

    PDF, office files without macros, plain text. Raises ValidationError.
    """
    extension = extension_of(file.name or "")
    if extension in WITH_MACROS:
        _refuse(_("A file with macros is not taken. Save it without macros."))
    if extension in OLD_OFFICE:
        _refuse(
            _("The format .%(kind)s is too old to be checked. Save it as DOCX, XLSX or PDF."),
            extension,
        )
    if extension not in DOCUMENT_EXTENSIONS:
        _refuse(
            _(
                "A document is taken as PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, CSV or TXT; "
                "the name of this file ends in “%(kind)s”."
            ),
            extension,
        )
    _check_size(file, MAX_DOCUMENT_BYTES)
    file.seek(0)
    if extension == "pdf":
        _check_pdf(file)
    elif extension in PLAIN:
        _check_plain(file)
    else:
        _check_package(file, extension)
    file.seek(0)
    file.name = file_name(file.name or "", extension)
    return file


def _check_pdf(file: UploadedFile) -> None:
    """ISO 32000-1, 7.5.2 and 7.5.5: the header opens the file and %%EOF closes it."""
    head = file.read(1024)
    file.seek(max(int(file.size or 0) - 2048, 0))
    if not re.match(rb"%PDF-[12]\.\d", head) or _MARKUP.search(head) or b"%%EOF" not in file.read():
        _not_what_it_says("pdf")


def _check_plain(file: UploadedFile) -> None:
    data = file.read()
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1251"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not _MARKUP.search(data[:1024]):
            return
    _not_what_it_says(extension_of(file.name or ""))


def _check_package(file: UploadedFile, extension: str) -> None:
    """A ZIP whose members make it the kind of document that its name says."""
    if file.read(4) != b"PK\x03\x04":  # something before it would be another file as well
        _not_what_it_says(extension)
    try:
        with zipfile.ZipFile(file) as package:
            members = package.infolist()
            names = {member.filename for member in members}
            unpacked = sum(member.file_size for member in members)
            if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
                _refuse(_("The file unpacks to more than can be checked."))
            kind = _kind_of(package, names)
    except ValidationError:
        raise
    except Exception:  # zipfile raises whatever the bytes lead it to
        _not_what_it_says(extension)
    if any(_MACROS.search(name) for name in names) or "macroEnabled" in kind:
        _refuse(_("A file with macros is not taken. Save it without macros."))
    if extension in OFFICE:
        if OFFICE[extension] not in names or "[Content_Types].xml" not in names:
            _not_what_it_says(extension)
    elif kind != f"application/vnd.oasis.opendocument.{OPEN_DOCUMENT[extension]}":
        _not_what_it_says(extension)


def _kind_of(package: zipfile.ZipFile, names: set[str]) -> str:
    for name in ("mimetype", "[Content_Types].xml"):
        if name in names:
            with package.open(name) as member:
                return member.read(256 * 1024).decode("utf-8", "replace").strip()
    return ""


def _check_size(file: UploadedFile, limit: int) -> None:
    size = int(file.size or 0)
    if not size:
        _refuse(_("The file is empty."))
    if size > limit:
        raise ValidationError(
            _("The file has %(size)s; at most %(limit)s are taken."),
            code="refused",
            params={"size": filesizeformat(size), "limit": filesizeformat(limit)},
        )


def _too_many_pixels(width: int = 0, height: int = 0) -> NoReturn:
    limit = MAX_PIXELS // 1_000_000
    if not width:
        _refuse(_("The picture has too many pixels; at most %(kind)s million are taken."), limit)
    raise ValidationError(
        _("The picture is %(width)s × %(height)s pixels; at most %(limit)s million are taken."),
        code="refused",
        params={"width": width, "height": height, "limit": limit},
    )


def _not_what_it_says(extension: str) -> NoReturn:
    _refuse(_("The name ends in .%(kind)s, but the file is something else or damaged."), extension)


def _refuse(sentence: str, kind: str | int = "") -> NoReturn:
    raise ValidationError(sentence, code="refused", params={"kind": kind})
