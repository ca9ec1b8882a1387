"""Writes of the room `memorandum`: versions prepared, corrected, taken back; rules added."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from coalition.accounts.models import User
from coalition.memorandum.models import MemorandumPage, OpenRule, Provision, Section, Version
from coalition.pages.search import touch_page
from coalition.pages.services import note_change
from monitoring.core import clock
from monitoring.core.dates import Precision, long_date
from monitoring.core.models import LANGUAGES


@transaction.atomic
def begin_version(
    *,
    by: User | None,
    adopted_from: dt.date,
    adopted_to: dt.date | None = None,
    source: str = "",
    **place: str,
) -> Version:
    """A new version with the sections and texts of the newest; readers see it from its first day.

    `place` holds place_kk, place_ru, place_en. Who signed and who acceded is not copied. Raises
    ValidationError with the field's name; nothing is written then.
    """
    newest = _newest_locked()
    if newest is None:
        raise ValidationError(_("There is no version yet to begin from."))
    refuse_second(newest)
    adopted_to = adopted_to or adopted_from
    check_days(adopted_from, adopted_to, previous=newest)
    if adopted_from <= clock.today():
        raise ValidationError(
            {
                "adopted_from": _(
                    "Choose a day to come: readers see the texts from that day on. Once the texts "
                    "are ready, the day can be corrected."
                )
            }
        )
    version = Version(
        number=newest.number + 1,
        adopted_from=adopted_from,
        adopted_to=adopted_to,
        participants=0,
        source=source,
        **{f"name_{code}": getattr(newest, f"name_{code}") for code in LANGUAGES},
        **place,
    )
    version.full_clean()
    version.save()
    _copy_texts(newest, version)
    log(instance=version, action="wagtail.create", user=by)
    return version


@transaction.atomic
def correct_version(*, version: Version, by: User | None, **values: Any) -> Version:
    """Correct what is said about a version; its days only before the first of them has come.

    Raises ValidationError with the field's name.
    """
    fresh = Version.objects.select_for_update().get(pk=version.pk)
    if fresh.is_adopted:
        for name in ("adopted_from", "adopted_to"):
            if values.get(name, getattr(fresh, name)) != getattr(fresh, name):
                raise ValidationError({name: _("The days of a version in force stay.")})
    for name, value in values.items():
        setattr(fresh, name, value)
    previous = Version.objects.filter(number__lt=fresh.number).order_by("-number").first()
    check_days(fresh.adopted_from, fresh.adopted_to, previous=previous)
    fresh.full_clean()
    fresh.save()
    log(instance=fresh, action="wagtail.edit", user=by)
    return fresh


@transaction.atomic
def remove_version(*, version: Version, by: User | None) -> None:
    """Take back a prepared version with its texts. Raises ValidationError once its day has come."""
    _newest_locked()
    fresh = Version.objects.select_for_update().filter(pk=version.pk).first()
    if fresh is None:
        return
    refuse_removal(fresh)
    log(instance=fresh, action="wagtail.delete", user=by)
    fresh.delete()


@transaction.atomic
def add_rule(*, rule: OpenRule, by: User | None) -> OpenRule:
    """Add a rule; its key is made of the English name, a missing position is the next one."""
    taken = list(OpenRule.objects.select_for_update().order_by("-position"))
    if rule.position is None:
        rule.position = taken[0].position + 1 if taken else 1
    stem = slugify(rule.name_en)[:40].strip("-") or "rule"
    keys = {one.key for one in taken}
    rule.key = next(
        key
        for key in (stem, *(f"{stem}-{number}" for number in range(2, len(keys) + 3)))
        if key not in keys
    )
    rule.full_clean()
    rule.save()
    log(instance=rule, action="wagtail.create", user=by)
    return rule


@transaction.atomic
def correct_provision(*, provision: Provision, by: User | None) -> Provision:
    """Save a corrected text, logged; the search reads the page anew if readers see it."""
    provision.full_clean()
    provision.save()
    log(instance=provision, action="wagtail.edit", user=by)
    if provision.version.is_adopted:
        _index_anew()
    return provision


def begin_force() -> int:
    """The sweep: tell the search of versions whose first day has come; returns how many."""
    with transaction.atomic():
        begun = Version.objects.adopted().filter(found_since=None).update(found_since=clock.now())
        if begun:
            _index_anew()
    return begun


def _index_anew() -> None:
    pages = MemorandumPage.objects.all()
    note_change(pages=pages)
    for page in pages:
        touch_page(page)


def refuse_removal(version: Version) -> None:
    """What readers have seen, or somebody has signed, stays. Raises ValidationError."""
    if version.is_adopted:
        raise ValidationError(
            _("Version %(number)s is in force since %(day)s and stays.")
            % {"number": version.number, "day": _day(version.adopted_from)}
        )
    if version.accessions.exists():
        raise ValidationError(_("Organisations have acceded to this version: it stays."))


def refuse_second(newest: Version) -> None:
    """One version at a time is prepared. Raises ValidationError naming the prepared one."""
    if not newest.is_adopted:
        raise ValidationError(
            _(
                "Version %(number)s is already prepared for %(day)s. Edit its texts, or remove it "
                "first."
            )
            % {"number": newest.number, "day": _day(newest.adopted_from)}
        )


def check_days(first: dt.date, last: dt.date, *, previous: Version | None) -> None:
    """Days run forward, and a version is not older than the one before it.

    Raises ValidationError by field.
    """
    if previous is not None and first < previous.adopted_from:
        raise ValidationError(
            {
                "adopted_from": _(
                    "Version %(number)s was adopted on %(day)s: a later version cannot be older."
                )
                % {"number": previous.number, "day": _day(previous.adopted_from)}
            }
        )
    if last < first:
        raise ValidationError({"adopted_to": _("The last day cannot be before the first.")})


def _newest_locked() -> Version | None:
    """The version with the highest number; who comes second waits, then sees what the first made.

    Two reads: the locking one was begun before the first person's row was there.
    """
    list(Version.objects.select_for_update().order_by("number")[:1])
    return Version.objects.order_by("-number").first()


def _copy_texts(old: Version, new: Version) -> None:
    for section in old.sections.prefetch_related("provisions"):
        names = {f"name_{code}": getattr(section, f"name_{code}") for code in LANGUAGES}
        copy = Section(version=new, position=section.position, **names)
        copy.full_clean()
        copy.save()
        for one in section.provisions.all():
            texts = {f"text_{code}": getattr(one, f"text_{code}") for code in LANGUAGES}
            provision = Provision(version=new, section=copy, number=one.number, **texts)
            provision.full_clean()
            provision.save()


def _day(date: dt.date) -> str:
    return long_date(date, Precision.DAY, get_language() or "kk")
