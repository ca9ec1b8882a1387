"""A source tried out: what it would give, with nothing kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from monitoring.evidence import http, kinds, reasons
from monitoring.evidence.entries import Reading, UnreadableError
from monitoring.evidence.reasons import FetchError
from monitoring.evidence.sandbox import SECONDS, read_apart

TRIAL_SECONDS = 20.0
"""How long a person waits for the answer."""


@dataclasses.dataclass(frozen=True)
class Trial:
    """What a source would give: a reading, or the code and detail of why not."""

    reading: Reading | None = None
    code: str = ""
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)
    setting: str = ""
    url: str = ""
    size: int = 0

    @property
    def sentence(self) -> str:
        """Why it gives nothing, in the active language."""
        return reasons.sentence(self.code, self.detail)


def try_source(*, kind: str, url: str, settings: Mapping[str, Any], ca_bundle: str = "") -> Trial:
    """Ask an address and read the answer as a source of that kind would be, and keep nothing.

    The request goes through the one door with all its checks, the bytes are read in a child; only
    the manners of a guest (robots.txt, whose turn it is) are remembered.
    """
    how = kinds.get(kind)
    filled = how.filled(settings)
    try:
        ask = how.first(url, filled)
        limits = dataclasses.replace(http.LIMITS, seconds=min(http.LIMITS.seconds, TRIAL_SECONDS))
        answer = http.fetch(ask.url, post=ask.post, ca_bundle=ca_bundle, limits=limits)
    except FetchError as error:
        return Trial(code=error.code, detail=error.detail)
    shown = f"{answer.url}#{quote(ask.post)}" if ask.post else answer.url
    try:
        reading = read_apart(how.parser, answer.body, shown, filled)
    except UnreadableError as error:
        return Trial(code=error.code, detail={"seconds": SECONDS}, setting=error.setting, url=shown)
    return Trial(reading=reading, url=answer.url, size=len(answer.body))
