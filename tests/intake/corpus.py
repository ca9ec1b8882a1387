"""What the headers of feedparser's own test feeds expect, in the terms of our entries."""

from __future__ import annotations

import ast
import datetime as dt
import re
from pathlib import Path
from typing import Any

from monitoring.evidence.entries import Entry
from monitoring.intake.connectors.texts import plain

_EXPECT = re.compile(
    r"""Expect:.*?entries\[0\](?:\['(?P<a>\w+)'\]|\.(?P<b>\w+))"""
    r"""(?:\[(?P<place>\d)\])?(?:\['(?P<inner>\w+)'\])?\s*==\s*(?P<value>.+)"""
)
_TEXTS = {"title": "title", "title_detail": "title", "link": "link", "links": "link"}
_TEXTS |= {"summary": "summary", "description": "summary", "summary_detail": "summary"}
_TEXTS |= {"content": "summary", "id": "key", "guid": "key"}
_DATES = {"published", "updated", "created", "published_parsed", "updated_parsed", "created_parsed"}
_INNER = {"title_detail": "value", "summary_detail": "value", "content": "value", "links": "href"}


def feeds(shared: Path) -> dict[str, bytes]:
    """Every feed of the samples by its path within them."""
    root = shared / "samples" / "feeds" / "feedparser-6.0.11"
    files = [one for one in sorted(root.rglob("*")) if one.is_file() and one.name != "LICENSE"]
    return {one.relative_to(root).as_posix(): one.read_bytes() for one in files}


def expected(raw: bytes) -> tuple[str, Any] | None:
    """(field of Entry, value) that a feed's header expects of its first entry, if it is of ours."""
    found = _EXPECT.search(raw.replace(b"\0", b"").decode("utf-8", "replace"))
    if not found or (found["place"] or "0") != "0":
        return None
    name = found["a"] or found["b"]
    if name in _TEXTS and found["inner"] == _INNER.get(name):
        field = _TEXTS[name]
    elif name in _DATES and not found["inner"]:
        field = "published"
    else:
        return None
    try:
        value = ast.literal_eval(found["value"].split(" and ")[0].strip())
    except (ValueError, SyntaxError):
        return None
    return field, value


def agrees(entry: Entry | None, field: str, value: Any) -> bool:
    """Whether an entry says what is expected: texts as plain ones, dates as moments."""
    said = getattr(entry, field) if entry else ""
    if field == "published":
        if isinstance(value, tuple):
            return bool(said) and dt.datetime.fromisoformat(said).utctimetuple()[:6] == value[:6]
        return bool(said)
    return bool(said == (value if field == "link" else plain(value)))
