"""Bytes that say the wrong thing of their own letters, set right. Pure: connectors call it.

A server that declares windows-1251 and sends UTF-8 turns «Решение» into «Р РµС€РµРЅРёРµ»; the other
way round every letter is lost. Both happen when a site moves; neither is a change of its texts.
"""

from __future__ import annotations

import re

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""", re.IGNORECASE)
_UTF8 = {b"utf-8", b"utf8"}
_CYRILLIC = re.compile("[а-яёәғқңөұүһі ]", re.IGNORECASE)


def in_utf8(raw: bytes) -> bytes:
    """An XML document with its declaration made true, as far as its bytes tell; else as it came.

    Bytes that are valid UTF-8 and hold letters beyond ASCII are UTF-8, whatever they declare: no
    text in another encoding looks like that by chance. Bytes that declare UTF-8 and are not, and
    that read as Russian or Kazakh in windows-1251, are that.
    """
    declared = _DECLARED.match(raw)
    name = declared[1].lower() if declared else b"utf-8"
    if (
        raw.isascii()
        or name.startswith((b"utf-16", b"utf-32"))
        or raw[:2] in {b"\xff\xfe", b"\xfe\xff"}
    ):
        return raw
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        if name in _UTF8 and _reads_as_cyrillic(raw):
            return _declare(raw.decode("cp1251", "replace").encode(), declared)
        return raw
    return raw if name in _UTF8 else _declare(raw, declared)


def _reads_as_cyrillic(raw: bytes) -> bool:
    """Whether nearly all letters beyond ASCII are Cyrillic in windows-1251, and enough of them the
    commonest four of Russian (35 of 100; KOI8-R and Hebrew read this way have fewer)."""
    beyond = [letter for letter in raw.decode("cp1251", "replace") if not letter.isascii()]
    fits = sum(1 for letter in beyond if _CYRILLIC.match(letter) or letter in "«»—–№ґ…")
    common = sum(1 for letter in beyond if letter in "оеаи")
    return fits >= 0.9 * len(beyond) and common >= 0.3 * len(beyond)


def _declare(raw: bytes, declared: re.Match[bytes] | None) -> bytes:
    if declared is None:
        return b'<?xml version="1.0" encoding="utf-8"?>' + raw.lstrip()
    return raw[: declared.start(1)] + b"utf-8" + raw[declared.end(1) :]
