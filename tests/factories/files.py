"""Files as people, and those who are not, upload them: real bytes, made here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PLACE = "Karagandy 49.8047"
"""Stands in the metadata of every picture made here; no stored file may hold it."""


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    """A file as a form receives it; the content type is what a browser guesses, hence worthless."""
    return SimpleUploadedFile(name, data, content_type="application/octet-stream")


def photo(kind: str = "JPEG", size: tuple[int, int] = (1600, 900), turned: bool = False) -> bytes:
    """A picture with place, time, camera, a comment and an XMP packet in it."""
    picture = Image.effect_noise((size[0] // 8, size[1] // 8), 60).resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = PLACE  # ImageDescription
    exif[0x0112] = 6 if turned else 1  # Orientation: 6 = turned by 90°
    exif.get_ifd(0x8825).update({1: "N", 2: (49.0, 48.0, 17.0), 29: "2026:11:21"})
    extra = {"comment": PLACE.encode()} if kind == "JPEG" else {}
    target = io.BytesIO()
    picture.save(target, kind, exif=exif, xmp=f"<x>{PLACE}</x>".encode(), **extra)
    return target.getvalue()


def huge_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """A sound PNG of a few bytes whose header says 2.5 gigapixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + rows


def gif_script() -> bytes:
    """A GIF that is a script as well: `GIF89a=1/*…*/`."""
    picture = io.BytesIO()
    Image.new("P", (8, 8)).save(picture, "GIF")
    data = bytearray(picture.getvalue())
    data[6:10] = b"=1/*"
    return bytes(data) + b"*/;alert(document.cookie)//"


def jpeg_with_a_page() -> bytes:
    """A sound JPEG with a whole web page after its end."""
    return photo(size=(160, 90)) + HTML


def pdf() -> bytes:
    """A small sound PDF."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def package(members: dict[str, bytes]) -> bytes:
    """A ZIP of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return target.getvalue()


def docx(**more: bytes) -> bytes:
    """A text as an office program packs it; `more` are members beside."""
    return package(
        {
            "[Content_Types].xml": b'<Types xmlns="x"/>',
            "word/document.xml": b"<w:document/>",
            **{
                name.replace("__", "/").replace("_bin", ".bin"): data for name, data in more.items()
            },
        }
    )


def odt(kind: str = "text", more: dict[str, bytes] | None = None) -> bytes:
    """An OpenDocument file; `more` are members beside."""
    mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()
    return package({"mimetype": mimetype, "content.xml": b"<x/>", **(more or {})})
