"""What a page says, as plain text."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

if TYPE_CHECKING:
    from coalition.pages.models import BasePage

SKIPPED = ("title", "slug", "seo_title", "search_description")
"""The title is a text of its own; the rest is for search engines."""

_TAG = re.compile(r"<[^>]+>")


def plain_text(page: BasePage) -> str:
    """Lead and body without markup, one line a string, in the order of the page."""
    lines = [
        unescape(_TAG.sub("", str(segment.string.data)))
        for segment in extract_segments(page)
        if isinstance(segment, StringSegmentValue) and segment.path not in SKIPPED
    ]
    return "\n".join(lines)
