"""The text of an act out of a saved copy of its page: which copies there are, what would change."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from monitoring.decisions.models import Decision, FieldSource, TextVersion
from monitoring.decisions.official import recognise
from monitoring.decisions.text.comparison import LEFT, OUTSIDE, SAME, Row, compare_acts
from monitoring.decisions.text.parse import parse
from monitoring.decisions.versions import (
    acts,
    add_text_version,
    checked_text,
    decode,
    versions_of,
)
from monitoring.evidence.models import Snapshot

MOST_BYTES = 16 * 1024 * 1024
"""A file or copy longer than this is not even read."""
MOST_ROWS = 200
"""Changed provisions in the look before a text is kept."""
_LANGUAGES = {"kaz": "kk", "kk": "kk", "rus": "ru", "ru": "ru", "eng": "en", "en": "en"}


class TextsMovedError(Exception):
    """The texts of the decision are others than those that were looked at."""


@dataclass(frozen=True)
class Change:
    """What a new text would change: against which one (None: the first), words, provisions."""

    against: TextVersion | None
    added: int = 0
    removed: int = 0
    rows: tuple[Row, ...] = ()
    more: int = 0


def copies_of(decision: Decision) -> list[Snapshot]:
    """Saved copies of pages that hold the words of an act, the newest of each address first.

    Copies that a value of the record was taken from, and later ones of the same address. A feed or
    a list is no page of an act: the address names a document of an official collection, or it is a
    link of the decision. Three queries at most; the bytes are not read.
    """
    rows = FieldSource.objects.filter(decision=decision, snapshot__isnull=False)
    pairs = set(rows.values_list("snapshot__source_id", "snapshot__url"))
    linked = set(decision.links.values_list("url", flat=True))
    wanted = {(source, url) for source, url in pairs if url in linked or recognise(url)}
    if not wanted:
        return []
    found = Snapshot.objects.filter(
        source_id__in={source for source, _url in wanted}, url__in={url for _source, url in wanted}
    )
    latest: dict[str, Snapshot] = {}
    for one in found.order_by("-fetched_at", "-pk"):
        if (one.source_id, one.url) in wanted:
            latest.setdefault(one.url, one)
    return list(latest.values())


def language_of(copy: Snapshot) -> str:
    """By the address («/rus/docs/…»); empty if it does not say."""
    parts = re.split(r"[/.]", urlsplit(copy.url).path.lower())
    return next((_LANGUAGES[part] for part in parts if part in _LANGUAGES), "")


def text_of(copy: Snapshot) -> str:
    """The lines of the act in a copy. Raises ValidationError, under `text`, if there are none."""
    if copy.blob.size > MOST_BYTES:
        raise ValidationError({"text": _("The file is too large: a text of 16 MB is no act.")})
    try:
        raw = copy.blob.raw
    except zlib.error as error:
        said = _("The saved copy is damaged: its bytes cannot be read.")
        raise ValidationError({"text": said}) from error
    return checked_text(decode(raw))


def mark_of(decision: Decision) -> int:
    """What grows whenever a text of the decision is added, corrected or withdrawn; one query."""
    rows = TextVersion.objects.filter(decision=decision).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


def what_changes(decision: Decision, language: str, lines: str) -> Change:
    """A new text beside the newest one in its language; two queries."""
    newest = versions_of(decision).as_of(language, None)
    if newest is None:
        return Change(None)
    (before,) = acts([newest])
    found = compare_acts(before, parse(lines), before_whole=newest.is_whole, after_whole=True)
    rows = [
        row
        for group in found.groups
        for row in group.all_rows
        if row.state not in (SAME, OUTSIDE, LEFT) or row.moved
    ]
    return Change(
        newest, found.added, found.removed, tuple(rows[:MOST_ROWS]), max(len(rows) - MOST_ROWS, 0)
    )


def keep_text(*, decision: Decision, copy: Snapshot, mark: int, **values: Any) -> TextVersion:
    """Put the text of a copy into the record, with the copy as its evidence.

    `mark` is `mark_of` as it was looked at. Raises TextsMovedError if a text was added or taken
    away since, ValidationError as `add_text_version` does; nothing is written then.
    """
    lines = text_of(copy)
    with transaction.atomic():
        Decision.objects.select_for_update().get(pk=decision.pk)
        if mark_of(decision) != mark:
            raise TextsMovedError
        return add_text_version(
            decision=decision, text=lines, source=copy.url[:1000], snapshot=copy, **values
        )
