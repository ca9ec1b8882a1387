"""Cuts a record's texts into the windows that are embedded. Pure.

A window is a few whole sentences with the title in front, short enough that one thought fills it:
a long text as one vector means a little of everything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from monitoring.search.analysis import clean
from monitoring.search.documents import Text

WIDTH = 320
"""Letters of a window, without its title."""
HEAD = 160
"""Letters of a title that stand in front of each window; titles of acts run to hundreds."""
MOST = 400
"""Windows of one record: about 120,000 letters. What follows is found by its words alone."""
MODEL = "e5-small-q4/0.3.0"
"""The model whose vectors are kept; those of another are made anew."""
RECIPE = "1"
"""Grows when the same text is cut otherwise: then everything is embedded anew."""

_END = re.compile(r"[.!?…][»”\")]*\s+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Window:
    """A stretch of a record's text in one language, as it is embedded."""

    language: str
    text: str


def windows_of(texts: Mapping[str, Text]) -> tuple[Window, ...]:
    """The windows of a record, in the order of its languages; none if it holds no letter.

    Where there are too many, each language has its share.
    """
    share = MOST // max(len(texts), 1)
    return tuple(
        Window(language, window)
        for language, text in texts.items()
        for window in islice(cut(text.title, text.body), share)
    )


def cut(title: str, body: str, width: int = WIDTH) -> Iterator[str]:
    """The windows of one text: whole sentences up to `width` letters, "title. " before each.

    A sentence that is longer is cut at a space. A text without a body gives its title.
    """
    head = _short(_plain(title), HEAD)
    head = f"{head.rstrip('.')}. " if head else ""
    held = ""
    for sentence in _sentences(body, width):
        if held and len(held) + 1 + len(sentence) > width:
            yield head + held
            held = sentence
        else:
            held = f"{held} {sentence}" if held else sentence
    if held or head:
        yield (head + held).strip()


def _sentences(body: str, width: int) -> Iterator[str]:
    for line in body.splitlines():
        at = 0
        for end in [*(found.end() for found in _END.finditer(line)), len(line)]:
            sentence, at = _plain(line[at:end]), end
            while len(sentence) > width:
                part = _short(sentence, width)
                yield part
                sentence = sentence[len(part) :].strip()
            if sentence:
                yield sentence


def _plain(text: str) -> str:
    return _SPACES.sub(" ", clean(text)).strip()


def _short(text: str, width: int) -> str:
    """The beginning of a text, up to a space if there is one in its second half."""
    if len(text) <= width:
        return text
    space = text.rfind(" ", width // 2, width)
    return text[: space if space != -1 else width]


def mark(model: str = MODEL) -> str:
    """How fingerprints under this model and recipe begin."""
    return hashlib.sha256(f"{RECIPE}\x1f{model}".encode()).hexdigest()[:8]


def fingerprint(windows: Iterable[Window], model: str = MODEL) -> str:
    """The same for the same windows under the same model and recipe; 32 hexadecimal digits."""
    digest = hashlib.sha256()
    for one in windows:
        digest.update(f"\x1e{one.language}\x1f{one.text}".encode())
    return mark(model) + digest.hexdigest()[:24]
