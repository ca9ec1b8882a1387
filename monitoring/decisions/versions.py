"""Versions of texts: added, withdrawn, read as of a day, compared. Never changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from monitoring.core.dates import Precision
from monitoring.core.models import LANGUAGES
from monitoring.decisions.models import Decision, DecisionQuerySet
from monitoring.decisions.models.versions import MOST_CHARACTERS, TextVersion
from monitoring.decisions.publication import public_change
from monitoring.decisions.text.bilingual import Side, side_by_side
from monitoring.decisions.text.comparison import Comparison, compare_acts
from monitoring.decisions.text.markup import read
from monitoring.decisions.text.parse import PARSER_VERSION, Act, parse
from monitoring.evidence.models import Snapshot


def add_text_version(
    *,
    decision: Decision,
    language: str,
    valid_from: dt.date,
    text: str,
    source: str,
    precision: str = Precision.DAY,
    is_whole: bool = True,
    snapshot: Snapshot | None = None,
    by: Any = None,
    announce: bool = True,
) -> TextVersion:
    """Keep a text (HTML, Markdown or plain) as the wording from a day on; it is never changed.

    For a day and language that have a text already it is a correction. `source` says where it
    stands, `snapshot` holds its bytes if they were fetched; else it was entered `by` hand.
    Raises ValidationError with the field's name; nothing is written then.
    """
    lines = checked_text(text)
    digest = hashlib.sha256(lines.encode()).hexdigest()
    current = _current(decision, language, valid_from)
    if current and current.sha256 == digest and current.is_whole == is_whole:
        raise ValidationError({"text": _("This very text stands in the record for that day.")})
    version = TextVersion(
        decision=decision,
        language=language,
        valid_from=valid_from,
        precision=precision,
        is_whole=is_whole,
        source=source.strip(),
        snapshot=snapshot,
        text=lines,
        sha256=digest,
        parser=PARSER_VERSION,
        by=by,
    )
    with public_change(decision.pk, announce=announce):
        version.full_clean()
        version.save()
    return version


def withdraw_text_version(*, version: TextVersion, by: Any, announce: bool = True) -> TextVersion:
    """Take a text from readers that was entered by mistake; the row and its words stay."""
    row = TextVersion(
        decision_id=version.decision_id,
        language=version.language,
        valid_from=version.valid_from,
        precision=version.precision,
        is_whole=version.is_whole,
        source=version.source,
        sha256="",
        parser=PARSER_VERSION,
        void=True,
        by=by,
    )
    with public_change(version.decision_id, announce=announce):
        row.save()
    return row


def checked_text(raw: str) -> str:
    """The lines of what was pasted. Raises ValidationError, under `text`, for what is no text."""
    if len(raw) > 4 * MOST_CHARACTERS:
        raise ValidationError({"text": _too_long(len(raw))})
    lines = read(raw)
    if not lines:
        raise ValidationError({"text": _("There is no text here: paste it or choose a file.")})
    if len(lines) > MOST_CHARACTERS:
        raise ValidationError({"text": _too_long(len(lines))})
    if is_garbled(lines):
        raise ValidationError(
            {
                "text": _(
                    "The letters are garbled: the file has another encoding. "
                    "Open it where it reads well, copy the text and paste it here."
                )
            }
        )
    return lines


def _too_long(length: int) -> str:
    return _("The text has %(length)s characters, at most %(most)s are possible.") % {
        "length": f"{length:,}".replace(",", "\u00a0"),
        "most": f"{MOST_CHARACTERS:,}".replace(",", "\u00a0"),
    }


def is_garbled(text: str) -> bool:
    """Whether Cyrillic was read as Latin letters («ÐšÐ°Ð·», «Êàçàõ») or lost («����»)."""
    head = text[:20_000]
    letters = sum(letter.isalpha() or letter == "\ufffd" for letter in head)
    broken = sum("\u00c0" <= letter <= "\u00ff" or letter == "\ufffd" for letter in head)
    return broken * 5 > letters


def decode(raw: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else the Windows Cyrillic of old files."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1251", errors="replace")


def _current(decision: Decision, language: str, day: dt.date) -> TextVersion | None:
    found: TextVersion | None = (
        TextVersion.objects.filter(decision=decision, language=language, valid_from=day)
        .order_by("-pk")
        .first()
    )
    return None if found is None or found.void else found


@dataclass(frozen=True)
class Versions:
    """The versions that count, the oldest first, without their words."""

    rows: tuple[TextVersion, ...]

    def languages(self) -> list[str]:
        """Those that have a text, Kazakh first."""
        return [code for code in LANGUAGES if any(row.language == code for row in self.rows)]

    def language_for(self, *wanted: str) -> str:
        """The first of the wanted languages that has a text, else any that has; "" for none."""
        return next((code for code in (*wanted, *self.languages()) if self.of(code)), "")

    def of(self, language: str) -> list[TextVersion]:
        """The versions in a language, the oldest first."""
        return [row for row in self.rows if row.language == language]

    def as_of(self, language: str, day: dt.date | None) -> TextVersion | None:
        """The wording in force on a day; the newest without one; the oldest for an earlier day."""
        rows = self.of(language)
        before = [row for row in rows if day is None or row.valid_from <= day]
        return before[-1] if before else rows[0] if rows else None

    def later(self, version: TextVersion) -> list[TextVersion]:
        """The versions in its language that came after it."""
        return [row for row in self.of(version.language) if row.valid_from > version.valid_from]

    def days_in_both(self) -> list[dt.date]:
        """Days for which there is a Kazakh and a Russian text."""
        kazakh = {row.valid_from for row in self.of("kk")}
        return sorted(kazakh & {row.valid_from for row in self.of("ru")})

    @property
    def can_compare(self) -> bool:
        """There are two versions in one language."""
        return any(len(self.of(code)) > 1 for code in self.languages())


def versions_of(decision: Decision) -> Versions:
    """The versions of a decision. One query."""
    latest: dict[tuple[str, dt.date], TextVersion] = {}
    for row in TextVersion.objects.filter(decision=decision).defer("text").order_by("pk"):
        latest[row.language, row.valid_from] = row
    rows = [row for row in latest.values() if not row.void]
    return Versions(tuple(sorted(rows, key=lambda row: (row.valid_from, row.language))))


def with_texts(decisions: DecisionQuerySet) -> DecisionQuerySet:
    """Decisions that say in the same query whether they have a text, and two in one language."""

    def standing(**same: Any) -> models.QuerySet[TextVersion]:
        voided = TextVersion.objects.filter(
            decision=OuterRef("decision"),
            language=OuterRef("language"),
            valid_from=OuterRef("valid_from"),
            pk__gt=OuterRef("pk"),
            void=True,
        )
        return TextVersion.objects.filter(~Exists(voided), void=False, **same)

    another = standing(decision=OuterRef("decision"), language=OuterRef("language")).filter(
        valid_from__gt=OuterRef("valid_from")
    )
    mine = standing(decision=OuterRef("pk"))
    return decisions.annotate(has_text=Exists(mine), has_two=Exists(mine.filter(Exists(another))))


def acts(versions: Iterable[TextVersion]) -> list[Act]:
    """The parsed texts. One query for those whose words were not read."""
    rows = list(versions)
    missing = [row.pk for row in rows if "text" in row.get_deferred_fields()]
    texts = dict(TextVersion.objects.filter(pk__in=missing).values_list("pk", "text"))
    return [_parsed(texts[row.pk]) if row.pk in missing else _parsed(row.text) for row in rows]


@lru_cache(maxsize=8)
def _parsed(text: str) -> Act:
    return parse(text)


@lru_cache(maxsize=4)
def _compared(before: Act, after: Act, before_whole: bool, after_whole: bool) -> Comparison:
    return compare_acts(before, after, before_whole=before_whole, after_whole=after_whole)


def compare_versions(before: TextVersion, after: TextVersion) -> Comparison:
    """What changed between two versions; remembered by the process. One query."""
    old, new = acts([before, after])
    return _compared(old, new, before.is_whole, after.is_whole)


def both_languages(versions: Versions, day: dt.date) -> tuple[Side, ...]:
    """The Kazakh and Russian texts of a day (one of `days_in_both`). One query."""
    rows: Sequence[TextVersion] = [
        row for code in ("kk", "ru") for row in versions.of(code) if row.valid_from == day
    ]
    kazakh, russian = acts(rows)
    return side_by_side(kazakh, russian)
