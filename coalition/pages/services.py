"""Writes of the room `pages`: in which languages a page exists."""

from __future__ import annotations

import hashlib
import json

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.management import call_command
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.images.models import Image
from wagtail.models import Page, Revision
from wagtail_localize.models import Translation, TranslationSource
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from coalition.accounts.models import User
from coalition.pages.models import Confirmation, Gone, PageLanguage, State
from coalition.pages.search import touch_page
from coalition.pages.uploads import clean_image
from monitoring.core import clock


def text_digest(page: Page) -> str:
    """The digest of what there is to translate on a page: its strings in their order."""
    strings = [
        (segment.path, segment.string.data)
        for segment in extract_segments(page)
        if isinstance(segment, StringSegmentValue)
    ]
    return hashlib.sha256(json.dumps(strings, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def note_save(*, page_id: int) -> None:
    """After a page was saved: make its row, or mark its translations when an original changed.

    The oldest version of a page is its original. A copy starts as `none`, whatever made it.
    """
    page = Page.objects.filter(pk=page_id, depth__gt=1).first()
    if page is None:
        return
    record = PageLanguage.objects.filter(page_id=page_id).first()
    if record is None:
        others = Page.objects.filter(translation_key=page.translation_key, pk__lt=page_id)
        original = page.alias_of_id is None and not others.exists()
        record = PageLanguage(page=page, is_original=original)
        record.state = State.COMPLETE if original else State.NONE
        record.full_clean()
        record.save()
    note_change(pages=Page.objects.filter(pk=page_id))
    if record.is_original:
        _note_original(page.specific, record)


def publish_due() -> int:
    """The sweep of what editors have set a time for: pages and texts go live or end by themselves.

    Wagtail's own command does it, for every model that has drafts; returns how many were due.
    """
    now = clock.now()
    due: int = Revision.objects.filter(approved_go_live_at__lt=now).count()
    over: int = Page.objects.filter(live=True, expire_at__lt=now).count()
    call_command("publish_scheduled")
    return due + over


@transaction.atomic
def store_image(*, file: UploadedFile, title: str, by: User | None) -> Image:
    """Put an uploaded picture into the library: judged, written anew, without place and time.

    For forms outside the admin. Raises ValidationError with a sentence for the uploader.
    """
    image = Image(title=title[:255], file=clean_image(file), uploaded_by_user=by)
    image._set_image_file_metadata()
    image.full_clean()
    image.save()
    return image


def note_removal(*, path: str) -> None:
    """A page that readers saw was removed; its address says so from now on."""
    if path and len(path) <= 500:  # longer ones answer 404
        Gone.objects.update_or_create(path=path, defaults={"at": clock.now()})


def note_change(*, pages: QuerySet[Page]) -> None:
    """Pages have changed in a way that readers or the search may notice."""
    PageLanguage.objects.filter(page__in=pages).update(noted_at=clock.now())


def _note_original(page: Page, record: PageLanguage) -> None:
    digest = text_digest(page)
    if digest == record.original_digest:
        return
    record.original_digest = digest
    record.save(update_fields=["original_digest"])
    translations = PageLanguage.objects.filter(
        page__translation_key=page.translation_key, is_original=False
    )
    translations.filter(original_digest=digest, state=State.OUTDATED).update(
        state=State.COMPLETE, outdated_since=None
    )
    translations.filter(state=State.COMPLETE).exclude(original_digest=digest).update(
        state=State.OUTDATED, outdated_since=clock.now()
    )


@transaction.atomic
def note_rendering(*, source: TranslationSource, locale_id: int) -> Page | None:
    """After localize wrote a page from a source: count what of it is translated.

    Localize fills what is missing with the original's text and publishes that too; this count is
    what keeps such a page from readers. Returns the page, or None if there is none.
    """
    page = Page.objects.filter(translation_key=source.object_id, locale_id=locale_id).first()
    work = Translation.objects.filter(source=source, target_locale_id=locale_id).first()
    if page is None or work is None:
        return None
    total, translated = work.get_progress()
    digest = text_digest(source.as_instance())
    record, _made = PageLanguage.objects.get_or_create(page=page)
    confirmed = Confirmation.objects.filter(page=page, original_digest=digest).exists()
    if confirmed or translated == total:
        state = State.COMPLETE
    else:
        state = State.PARTIAL if translated else State.NONE
    _set_state(record, state, digest, translated=translated, total=total)
    return page


@transaction.atomic
def confirm_language(*, page: Page, by: User | None) -> Confirmation:
    """An editor confirms that a page says in its language what the original says now.

    Raises ValidationError for an original, an alias, or a page whose original is gone.
    """
    original = (
        PageLanguage.objects.filter(page__translation_key=page.translation_key, is_original=True)
        .exclude(page_id=page.pk)
        .first()
    )
    if original is None or page.alias_of_id:
        raise ValidationError(_("This page is not a translation of another."))
    confirmation = Confirmation(
        page_id=page.pk,
        revision_id=page.live_revision_id or page.latest_revision_id,
        original_digest=original.original_digest,
        by=by,
    )
    confirmation.full_clean()
    confirmation.save()
    record, _made = PageLanguage.objects.get_or_create(page_id=page.pk)
    _set_state(record, State.COMPLETE, original.original_digest)
    touch_page(page)
    return confirmation


def _set_state(record: PageLanguage, state: State, digest: str, **counts: int) -> None:
    """Write a translation's state; a complete one of an older original is outdated."""
    original = PageLanguage.objects.filter(
        page__translation_key=record.page.translation_key, is_original=True
    ).first()
    changed = original is not None and original.original_digest != digest
    record.state = State.OUTDATED if state == State.COMPLETE and changed else state
    record.outdated_since = clock.now() if record.state == State.OUTDATED else None
    record.original_digest = digest
    record.noted_at = clock.now()
    for name, value in counts.items():
        setattr(record, name, value)
    record.full_clean()
    record.save()
