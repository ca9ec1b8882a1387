"""The editors' guide: the text of `docs/editors.<language>.md`, shown in the admin with pictures.

The files are read as they stand, so that the repository and the admin never say two things. Only
what they use of Markdown is known: titles, numbered steps, paragraphs, points, bold, one picture a
step. `tests/browser/test_editors_guide.py` performs every step and takes its picture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_STEP = re.compile(r"## (\d+)\. (.+)")
_PICTURE = re.compile(r"!\[(.+)\]\((img/editors/[a-z]{2}-\d\d\.webp)\)")


@dataclass
class Step:
    """A numbered step: what to do, and how the screen looks then."""

    number: int
    title: str
    paragraphs: list[SafeString] = field(default_factory=list)
    points: list[SafeString] = field(default_factory=list)
    picture: str = ""
    shows: str = ""


@dataclass
class Guide:
    """The guide in one language."""

    title: str = ""
    lead: list[SafeString] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def path_of(language: str) -> Path:
    """The file of a language; Russian for one without its own."""
    code = language[:2] if language[:2] in {"kk", "ru", "en"} else "ru"
    return Path(settings.ROOT_DIR) / "docs" / f"editors.{code}.md"


def read(language: str) -> Guide:
    """The guide of a language, line by line."""
    guide = Guide()
    for block in re.split(r"\n\s*\n", path_of(language).read_text("utf-8")):
        text = " ".join(block.split())
        if found := _STEP.fullmatch(text):
            guide.steps.append(Step(int(found[1]), found[2]))
        elif text.startswith("# "):
            guide.title = text[2:]
        elif found := _PICTURE.fullmatch(text):
            guide.steps[-1].shows, guide.steps[-1].picture = found[1], found[2]
        elif text.startswith("- "):
            points = [_bold(line) for line in re.split(r"\n- ", f"\n{block.strip()}") if line]
            guide.steps[-1].points += points
        elif text:
            (guide.steps[-1].paragraphs if guide.steps else guide.lead).append(_bold(text))
    return guide


def _bold(text: str) -> SafeString:
    words = escape(" ".join(text.split()))
    marked = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", words)
    return mark_safe(marked)
