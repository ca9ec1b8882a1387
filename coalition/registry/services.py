"""Writes of the room `registry`: organisations, their standing, who may write for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Collection, Page

from coalition.accounts.models import User
from coalition.accounts.services import prepare_profile, set_collection_rights, set_page_rights
from coalition.pages.services import confirm_language
from coalition.registry.models import (
    Organisation,
    OrganisationIndexPage,
    OrganisationPage,
    Representative,
    Standing,
)
from monitoring.core import clock
from monitoring.core.text import slugify
from monitoring.search.services import touch

MEMBER_ROLE = "member"
EDITOR_ROLE = "member-editor"
OWN_PAGES = ("change",)
OWN_LIBRARY = ("add", "change", "choose")


class ChangedMeanwhileError(Exception):
    """Somebody saved a newer version of the organisation; `current` is how it stands now."""

    def __init__(self, current: Organisation) -> None:
        super().__init__(f"organisation {current.pk} is at version {current.version}")
        self.current = current


def create_organisation(*, values: Mapping[str, Any], by: User | None = None) -> Organisation:
    """Make an organisation, and its page in every language, not yet published.

    `values` are fields of Organisation (`experience`: rows of ExperienceField). Raises
    ValidationError.
    """
    plain = {name: value for name, value in values.items() if name != "experience"}
    organisation = Organisation(**plain)
    organisation.full_clean()
    with transaction.atomic():
        organisation.save()
        organisation.experience.set(values.get("experience", ()))
        log(organisation, "wagtail.create", user=by)
        ensure_pages(organisation=organisation, live=False)
        touch("organisation", [organisation.pk])
    return organisation


def update_organisation(
    *, pk: int, version: int, values: Mapping[str, Any], by: User | None = None
) -> Organisation:
    """Write what an editor who saw `version` typed; titles of its pages follow its short names.

    Raises ChangedMeanwhileError when somebody saved since (nothing is written), ValidationError.
    """
    with transaction.atomic():
        taken = Organisation.objects.filter(pk=pk, version=version).update(version=F("version") + 1)
        organisation = Organisation.objects.get(pk=pk)
        if not taken:
            raise ChangedMeanwhileError(organisation)
        for name, value in values.items():
            if name != "experience":
                setattr(organisation, name, value)
        organisation.full_clean()
        organisation.save()
        if "experience" in values:
            organisation.experience.set(values["experience"])
        for page in organisation.pages.select_related("locale"):
            title = organisation.short_name(page.locale.language_code)
            if page.title != title:
                page.title = page.draft_title = title
                page.save()
        log(organisation, "wagtail.edit", user=by)
        touch("organisation", [pk])
    return organisation


def set_standing(
    *,
    organisation: Organisation,
    kind: str,
    since: dt.date,
    precision: str = Standing.Precision.DAY,
    source: str = "",
    by: User | None = None,
) -> Standing:
    """Add a step to an organisation's standing. Raises ValidationError (future date, repeated)."""
    standing = Standing(
        organisation=organisation,
        kind=kind,
        since=since,
        precision=precision,
        source=source,
        by=by,
    )
    standing.full_clean()
    with transaction.atomic():
        standing.save()
        log(organisation, "wagtail.edit", user=by)
        touch("organisation", [organisation.pk])
    return standing


def ensure_pages(*, organisation: Organisation, live: bool) -> list[OrganisationPage]:
    """Make the organisation's page under the list of organisations of each language.

    The address is the romanised Kazakh short name, the same in every language. Each page counts
    as complete in its language: none is a translation of what another says. Returns the new ones.
    """
    made: list[OrganisationPage] = []
    existing = {page.locale_id: page for page in organisation.pages.all()}
    key = next((page.translation_key for page in existing.values()), uuid.uuid4())
    # The original is the oldest: Kazakh first.
    indexes = sorted(
        OrganisationIndexPage.objects.select_related("locale"),
        key=lambda index: ("kk", "ru", "en").index(index.locale.language_code),
    )
    with transaction.atomic():
        for index in indexes:
            if index.locale_id in existing:
                continue
            page = OrganisationPage(
                organisation=organisation,
                locale=index.locale,
                translation_key=key,
                slug=_free_slug(index, slugify(organisation.short_name_kk)),
                title=organisation.short_name(index.locale.language_code),
                live=False,
            )
            index.add_child(instance=page)
            revision = page.save_revision()
            if live:
                revision.publish()
            if existing or made:
                confirm_language(page=page, by=None)
            made.append(page)
        if organisation.group_id:
            ensure_rights(organisation=organisation)
    return made


def _free_slug(parent: Page, slug: str) -> str:
    taken = set(parent.get_children().values_list("slug", flat=True))
    free = slug
    number = 2
    while free in taken:
        free = f"{slug}-{number}"
        number += 1
    return free


def ensure_rights(*, organisation: Organisation) -> Group:
    """The organisation's own group: it edits its pages and its collection, and nothing else.

    Wagtail's rights on snippets are per model, not per row, so whatever an organisation edits is
    a page or lies in a collection.
    """
    with transaction.atomic():
        if organisation.group is None:
            organisation.group = Group.objects.create(name=f"organisation-{organisation.pk}")
        if organisation.collection is None:
            root = Collection.objects.get(depth=1)
            organisation.collection = root.add_child(name=organisation.short_name("ru"))
        organisation.save(update_fields=["group", "collection"])
        pages = organisation.pages.values_list("pk", flat=True)
        set_page_rights(
            group=organisation.group,
            wanted={(page, right) for page in pages for right in OWN_PAGES},
        )
        set_collection_rights(
            group=organisation.group, collection=organisation.collection, rights=OWN_LIBRARY
        )
    return organisation.group


def appoint_representative(
    *,
    organisation: Organisation,
    user: User,
    by: User | None = None,
    role: str = EDITOR_ROLE,
    language: str = "",
) -> Representative:
    """Let a person speak for an organisation from today, as `member` or `member-editor`.

    A member has the forms of the site; a member-editor also the admin: the three pages, the files,
    own news. `language`: what the person reads, for one who has chosen none. A person who is
    appointed already stays so, in the role now named. Raises ValidationError for a closed account.
    """
    if not user.is_active:
        raise ValidationError({"user": _("This account is closed.")})
    with transaction.atomic():
        group = ensure_rights(organisation=organisation)
        found = organisation.representatives.filter(user=user, until=None).first()
        if found is None:
            found = Representative(
                organisation=organisation, user=user, by=by, name=user.get_full_name()
            )
            found.full_clean()
            found.save()
            log(organisation, "wagtail.edit", user=by)
        user.groups.add(Group.objects.get(name=role))
        if role == EDITOR_ROLE:
            user.groups.add(group)
        prepare_profile(user=user, language=language)
    return found


def retire_representative(
    *, organisation: Organisation, user: User, by: User | None = None
) -> bool:
    """End a person's right to write for an organisation at once; the history stays.

    The roles go with the last organisation. Returns whether there was anything to end.
    """
    with transaction.atomic():
        ended = organisation.representatives.filter(user=user, until=None).update(
            until=clock.today(), name=user.get_full_name()
        )
        if organisation.group is not None:
            user.groups.remove(organisation.group)
        if not Representative.objects.filter(user=user, until=None).exists():
            user.groups.remove(*Group.objects.filter(name__in=(MEMBER_ROLE, EDITOR_ROLE)))
        if ended:
            log(organisation, "wagtail.edit", user=by)
    return bool(ended)
