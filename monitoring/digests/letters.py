"""Writes of letters: what was never previewed and counted is not sent; what is sent is frozen."""

from __future__ import annotations

import logging
from html import escape
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from monitoring.core import clock, sweeps
from monitoring.core.models import LANGUAGES
from monitoring.digests import audiences, links
from monitoring.digests.messages import headers_of
from monitoring.digests.models import Letter, LetterTold, Subscriber
from monitoring.digests.rendering import OPEN, SHUT, Fragment, cut_at_places, put
from monitoring.mailing import compose
from monitoring.mailing.services import Prepared, prepare_parts, queue_all

logger = logging.getLogger(__name__)

SWEEP = "digests.letters"
BATCH = 100
WORDS = tuple(f"{name}_{code}" for code in LANGUAGES for name in ("subject", "text"))
FIELDS = (*WORDS, "audience", "value", "is_public")


class TwoWritersError(Exception):
    """Somebody else saved meanwhile; `stands` is what stands now."""

    def __init__(self, stands: Letter) -> None:
        super().__init__("saved by somebody else meanwhile")
        self.stands = stands


def save_letter(*, letter: Letter | None, version: int, by: Any, **values: Any) -> Letter:
    """Store a draft; previews and counts of an older version no longer hold.

    Raises TwoWritersError if it has changed since, ValidationError for what cannot stand.
    """
    with transaction.atomic():
        row = Letter(version=0) if letter is None else _locked(letter)
        if row.version != version:
            raise TwoWritersError(row)
        _must_be_draft(row)
        for name in FIELDS:
            setattr(row, name, values[name])
        if row.audience in {Letter.Audience.TOPIC, Letter.Audience.REGION} and not row.value:
            raise ValidationError({"value": _("Choose which topic or region.")})
        for code in LANGUAGES:
            if bool(row.words("subject", code)) != bool(row.words("text", code)):
                raise ValidationError(
                    {
                        f"text_{code}": _(
                            "A letter has a subject and a text; one of them is missing."
                        )
                    }
                )
        row.version += 1
        row.changed_by, row.changed_at = by, clock.now()
        row.full_clean(exclude={"seen"})
        row.save()
    return row


def note_preview(*, letter: Letter, language: str) -> None:
    """Somebody looked at this version in a language."""
    with transaction.atomic():
        row = _locked(letter)
        if row.state == Letter.State.DRAFT:
            row.seen = {**row.seen, language: row.version}
            row.save(update_fields=["seen"])


def count_audience(*, letter: Letter) -> int:
    """How many would get this version now; noted on it."""
    number = audiences.of_letter(letter).count()
    Letter.objects.filter(pk=letter.pk, state=Letter.State.DRAFT, version=letter.version).update(
        counted=letter.version, audience_count=number
    )
    return number


def missing_before_sending(letter: Letter) -> list[str]:
    """What has to be done before a letter may be sent, in words; empty if nothing."""
    written = [code for code in LANGUAGES if letter.words("text", code)]
    missing = []
    if not written:
        missing.append(_("Write the letter in at least one language."))
    if any(letter.seen.get(code) != letter.version for code in written):
        missing.append(_("Open the preview in each language in which it is written."))
    if letter.counted != letter.version:
        missing.append(_("Count the audience."))
    elif not letter.audience_count:
        missing.append(_("Nobody would get this letter."))
    return missing


def send_letter(*, letter: Letter, version: int, by: Any) -> Letter:
    """Freeze a letter and begin to send it; who did it stands on it.

    Raises TwoWritersError, or ValidationError with what is missing. Pressed twice it is sent once.
    """
    with transaction.atomic():
        row = _locked(letter)
        if row.state != Letter.State.DRAFT:
            return row
        if row.version != version:
            raise TwoWritersError(row)
        missing = missing_before_sending(row)
        if missing:
            raise ValidationError(missing)
        row.state, row.sent_by, row.sent_at = Letter.State.SENDING, by, clock.now()
        row.full_clean(exclude={"seen"})
        row.save()
        sweeps.ring(SWEEP)
    logger.info("letter %s is sent by user %s to %s", row.pk, by.pk, row.audience)
    return row


def send_letters() -> int:
    """The sweep: make the mails of letters that are being sent; returns how many."""
    made = 0
    for letter in Letter.objects.filter(state=Letter.State.SENDING).order_by("pk"):
        made += make_letter(letter=letter)
    return made


def make_letter(*, letter: Letter) -> int:
    """Make the mails of one letter, a hundred readers in a transaction.

    Killed anywhere, the next one goes on after the last reader of a whole batch; two at once are
    kept apart by the letter's lock and the unique rows. Returns how many were made.
    """
    made, rendered = 0, dict[str, Fragment]()
    while True:
        letter.refresh_from_db()
        group = list(audiences.of_letter(letter).filter(pk__gt=letter.last_subscriber)[:BATCH])
        if not group:
            Letter.objects.filter(pk=letter.pk, state=Letter.State.SENDING).update(
                state=Letter.State.SENT, mails=letter.told.count()
            )
            return made
        mails = {one.pk: prepare_letter(letter, one, rendered) for one in group}
        made += _write(letter, group, mails)


def _write(letter: Letter, group: list[Subscriber], mails: dict[int, Prepared]) -> int:
    """In one transaction; whoever left meanwhile or took letters off is left out."""
    with transaction.atomic():
        locked = _locked(letter)
        if locked.last_subscriber != letter.last_subscriber:
            return 0  # another one was here
        readers = Subscriber.objects.select_for_update().order_by("pk").in_bulk(list(mails))
        good = [
            one
            for one in group
            if (now := readers.get(one.pk))
            and now.letters
            and now.state == Subscriber.State.ACTIVE
            and now.address == one.address
        ]
        LetterTold.objects.bulk_create(
            LetterTold(letter=locked, subscriber=one, mail_key=mails[one.pk].key, at=clock.now())
            for one in good
        )
        queue_all(mails=[(mails[one.pk], one.letters_group) for one in good])
        locked.last_subscriber = group[-1].pk
        locked.save(update_fields=["last_subscriber"])
    return len(good)


def prepare_letter(
    letter: Letter, reader: Subscriber, rendered: dict[str, Fragment] | None = None
) -> Prepared:
    """A reader's copy: the same key, so the same Message-ID, whenever it is made.

    `rendered` keeps what was rendered for a language; only the two links differ from reader to
    reader.
    """
    language = reader.language
    kept = {} if rendered is None else rendered
    if language not in kept:
        at = {name: f"{OPEN}{name}{SHUT}" for name in ("manage", "leave")}
        words = context_of(letter, language, manage=at["manage"], leave=at["leave"])
        parts = compose.render("letter", language, words)
        kept[language] = Fragment(cut_at_places(parts.html), cut_at_places(parts.text))
    # The link ends letters alone: what a reader follows goes on.
    leave = links.letters_link(reader, language)
    said = {"manage": links.manage_link(reader, language), "leave": leave}
    code = letter.language_for(language)
    return prepare_parts(
        key=f"letter:{letter.pk}:{reader.pk}",
        to=reader.address,
        template="letter",
        language=language,
        parts=compose.Parts(
            compose.one_line(letter.words("subject", code)),
            put(kept[language].text, said),
            put(kept[language].html, {name: escape(link) for name, link in said.items()}),
        ),
        headers=headers_of("letter", leave, f"letter-{letter.pk}:{code}"),
    )


def context_of(letter: Letter, language: str, *, manage: str, leave: str) -> dict[str, Any]:
    """What the template of a letter shows a reader of a language."""
    code = letter.language_for(language)
    return {
        "subject": letter.words("subject", code),
        "preheader": letter.words("text", code)[:140],
        "text": letter.words("text", code),
        "code": code,
        "page": links.address("digest_letter", language, str(letter.pk))
        if letter.is_public and letter.pk
        else "",
        "manage_link": manage,
        "leave_link": leave,
    }


def _locked(letter: Letter) -> Letter:
    return Letter.objects.select_for_update().get(pk=letter.pk)


def _must_be_draft(row: Letter) -> None:
    if row.state != Letter.State.DRAFT:
        raise ValidationError(_("This letter is sent; its words are frozen."))
