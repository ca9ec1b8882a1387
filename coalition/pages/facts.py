"""Facts that the language versions of a page share: date, place, organisation, picture.

Texts are drafted and published a language at a time. A fact that were too would be changed in one
language and stay wrong in the others until somebody noticed: an event moved to another day, or
called off. So the original's published facts are written into every version, whatever published it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField

from coalition.pages.models import BasePage, PageLanguage
from coalition.pages.search import touch_page
from coalition.pages.services import note_change


def synchronized(*names: str) -> list[SynchronizedField]:
    """For `override_translatable_fields`: localize copies these facts, no translator meets them."""
    return [SynchronizedField(name, overridable=False) for name in names]


@transaction.atomic
def share_facts(*, page: Page) -> int:
    """After a version was published, give all others the original's facts.

    `shared_facts` of the page type names them: columns, many-to-many fields, child rows. Drafts of
    the original share nothing. Returns how many versions said something else.
    """
    if not isinstance(page, BasePage) or not page.shared_facts:
        return 0
    versions = {
        version.pk: version
        for version in type(page).objects.filter(translation_key=page.translation_key)
    }
    original_id = (
        PageLanguage.objects.filter(page_id__in=versions, is_original=True)
        .values_list("page_id", flat=True)
        .first()
    )
    original = versions.pop(original_id, None)
    if original is None or not original.live or not versions:
        return 0
    changed = [
        version
        for version in versions.values()
        if sum(_share(name, original, version) for name in page.shared_facts)
    ]
    if changed:
        note_change(pages=Page.objects.filter(pk__in=[version.pk for version in changed]))
        Page.objects.filter(pk__in=[version.pk for version in changed], live=True).update(
            last_published_at=original.last_published_at
        )
        touch_page(original)
    return len(changed)


def _share(name: str, source: BasePage, target: BasePage) -> bool:
    field: Any = source._meta.get_field(name)
    if field.many_to_many:
        return _share_links(field, source, target)
    if field.one_to_many:
        return _share_rows(field, source, target)
    value = getattr(source, field.attname)
    if getattr(target, field.attname) == value:
        return False
    type(target)._base_manager.filter(pk=target.pk).update(**{field.attname: value})
    return True


def _share_links(field: Any, source: BasePage, target: BasePage) -> bool:
    through = field.remote_field.through
    own, other = field.m2m_column_name(), field.m2m_reverse_name()
    return _copy(through, own, [other], source, target)


def _share_rows(relation: Any, source: BasePage, target: BasePage) -> bool:
    model = relation.related_model
    own = relation.field.attname
    columns = [
        one.attname
        for one in model._meta.concrete_fields
        if not one.primary_key and one.attname != own
    ]
    return _copy(model, own, columns, source, target)


def _copy(
    model: type[models.Model], own: str, columns: Sequence[str], source: BasePage, target: BasePage
) -> bool:
    """Make the target's rows say what the source's say."""
    rows = model._base_manager
    wanted = sorted(rows.filter(**{own: source.pk}).values_list(*columns), key=repr)
    if wanted == sorted(rows.filter(**{own: target.pk}).values_list(*columns), key=repr):
        return False
    rows.filter(**{own: target.pk}).delete()
    rows.bulk_create(
        model(**{own: target.pk, **dict(zip(columns, row, strict=True))}) for row in wanted
    )
    return True
