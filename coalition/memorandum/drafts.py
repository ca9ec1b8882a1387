"""Writes to the texts of a prepared version: provisions and sections added and taken out.

Once its first day has come they are refused: a new wording is a new version.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from coalition.accounts.models import User
from coalition.memorandum.models import Provision, Section, Version


@transaction.atomic
def add_provision(*, section: Section, by: User | None, **texts: str) -> Provision:
    """A provision at the end of a section; those of the sections after it move on by one number.

    `texts`: text_kk, text_ru, text_en. Raises ValidationError with the field's name.
    """
    version = _prepared(section.version_id)
    before = version.provisions.filter(section__position__lte=section.position)
    last = before.order_by("-number").first()
    number = last.number + 1 if last else 1
    _move(version, after=number - 1, by=1)
    provision = Provision(version=version, section=section, number=number, **texts)
    provision.full_clean()
    provision.save()
    log(instance=version, action="wagtail.edit", user=by)
    return provision


@transaction.atomic
def remove_provision(*, provision: Provision, by: User | None) -> None:
    """Take a provision out; those after it move up. Raises ValidationError once it is in force."""
    version = _prepared(provision.version_id)
    fresh = Provision.objects.filter(pk=provision.pk).first()
    if fresh is None:
        return
    fresh.delete()
    _move(version, after=fresh.number, by=-1)
    log(instance=version, action="wagtail.edit", user=by)


@transaction.atomic
def add_section(*, version: Version, by: User | None, **names: str) -> Section:
    """A section after the others. `names`: name_kk, name_ru, name_en. Raises ValidationError."""
    version = _prepared(version.pk)
    last = version.sections.order_by("-position").first()
    section = Section(version=version, position=last.position + 1 if last else 1, **names)
    section.full_clean()
    section.save()
    log(instance=version, action="wagtail.edit", user=by)
    return section


@transaction.atomic
def remove_section(*, section: Section, by: User | None) -> None:
    """Take an empty section out. Raises ValidationError while provisions stand in it."""
    version = _prepared(section.version_id)
    if section.provisions.exists():
        raise ValidationError(_("Provisions stand in this section. Take them out first."))
    section.delete()
    log(instance=version, action="wagtail.edit", user=by)


def refuse_in_force(version: Version) -> None:
    """Readers see it: its provisions are no longer added or taken out. Raises ValidationError."""
    if version.is_adopted:
        raise ValidationError(
            _("Version %(number)s is in force: nothing is added to it or taken out.")
            % {"number": version.number}
        )


def _prepared(pk: int) -> Version:
    """The version, locked until the end: two who add at once get two numbers."""
    version = Version.objects.select_for_update().get(pk=pk)
    refuse_in_force(version)
    return version


def _move(version: Version, *, after: int, by: int) -> None:
    """Renumber what follows, from the free end, since no two may bear one number at any moment."""
    order = "-number" if by > 0 else "number"
    for one in version.provisions.filter(number__gt=after).order_by(order):
        Provision.objects.filter(pk=one.pk).update(number=one.number + by)
