"""Turns text into tokens: pure Python, no Django."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


def clean(text: str) -> str:
    """Text without control and invisible characters, in NFC, with plain quotation marks."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub(" ", text))
    return re.sub(r"[«»“”„‟″]", '"', text)
