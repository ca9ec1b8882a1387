"""Writes seeded pages as an editor and a translator would: Kazakh first, then its translations.

The rooms above call `seed_page` from their seeds. A page that a person changed is left alone.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models, transaction
from wagtail.fields import StreamField
from wagtail.models import Locale, Page, Site
from wagtail_localize.models import StringSegment, StringTranslation, Translation, TranslationSource
from wagtail_localize.segments import StringSegmentValue
from wagtail_localize.segments.extract import extract_segments

from coalition.pages.models import BasePage
from monitoring.core.models import LANGUAGES
from monitoring.core.seeds import Report, apply

SPACE = uuid.UUID("0b2d6c8e-5c39-4a53-9f0e-6a1f2f6f5d11")
"""Namespace of the ids of seeded pages and blocks: the same on every machine."""

ORIGINAL, *TRANSLATIONS = LANGUAGES

Body = Sequence[Mapping[str, Any]]
Texts = Mapping[str, Mapping[str, Any]]
SeededPage = TypeVar("SeededPage", bound=BasePage)


def seed_locales() -> None:
    """A locale for each language."""
    for language in LANGUAGES:
        Locale.objects.get_or_create(language_code=language)


def seed_site(report: Report, root: Page) -> None:
    """The one site, at SITE_URL, under the Kazakh home page; Wagtail's welcome page goes."""
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    wanted = {"hostname": address.hostname, "port": port, "root": root.pk}

    def current() -> dict[str, Any] | None:
        site = Site.objects.filter(is_default_site=True).first()
        return site and {"hostname": site.hostname, "port": site.port, "root": site.root_page_id}

    def write() -> None:
        values = {"hostname": wanted["hostname"], "port": port, "root_page": root}
        Site.objects.update_or_create(
            is_default_site=True, defaults={**values, "site_name": settings.WAGTAIL_SITE_NAME}
        )

    for stock in Page.objects.filter(depth=2, slug="home", title__startswith="Welcome to your"):
        Site.objects.filter(root_page=stock).delete()
        stock.delete()
    apply(report, "pages.site", wanted, current, write)


def seeded(model: type[SeededPage], key: str) -> SeededPage | None:
    """The Kazakh page that a seed made under a key, if it is there."""
    pages = model.objects.filter(translation_key=uuid.uuid5(SPACE, key))
    return pages.filter(locale__language_code=ORIGINAL).first()  # type: ignore[no-any-return] # Wagtail is untyped


def seed_page(
    report: Report,
    *,
    key: str,
    model: type[SeededPage],
    parent: Page,
    texts: Texts,
    facts: Mapping[str, Any] | None = None,
) -> SeededPage | None:
    """Bring one page, in three languages, to what the seed says; returns the Kazakh page.

    - `key` names it for ever ("website.page:about"); `parent` is the Kazakh page above it.
    - `texts[language]` holds title, lead, body (`[{"type", "value"}, …]`) and other texts of the
      model; the three languages hold the same blocks in the same order.
    - `facts` are the same in all languages (date, route, topics as a list).

    The translations are made through localize's own strings, so that an editor who changes the
    original sees what is left to translate. Returns None if a person removed the page. Raises
    ValueError if the languages do not hold the same strings.
    """
    facts = dict(facts or {})
    translation_key = uuid.uuid5(SPACE, key)
    built = {language: _built(model, key, {**texts[language], **facts}) for language in LANGUAGES}
    wanted = {language: _reading(page, facts, True) for language, page in built.items()}

    def found() -> dict[str, SeededPage]:
        pages = model.objects.filter(translation_key=translation_key).select_related("locale")
        return {page.locale.language_code: page for page in pages}

    def current() -> dict[str, Any] | None:
        pages = found()
        read = {language: _reading(page, facts, page.live) for language, page in pages.items()}
        return read or None

    def write() -> None:
        with transaction.atomic():
            page = found().get(ORIGINAL)
            values = {**_values(model, key, {**texts[ORIGINAL], **facts})}
            if page is None:
                page = model(
                    translation_key=translation_key,
                    locale=Locale.objects.get(language_code=ORIGINAL),
                    **_columns(model, values),
                )
                parent.add_child(instance=page)
            _set(page, values)
            page.save_revision(clean=False).publish()
            page.refresh_from_db()
            for language in TRANSLATIONS:
                _translate(page, built[language], language)

    apply(report, key, wanted, current, write)
    return found().get(ORIGINAL)


def _translate(original: BasePage, wanted: BasePage, language: str) -> None:
    """Put the seed's translation into localize's memory, string by string, and publish it."""
    locale = Locale.objects.get(language_code=language)
    source, _made = TranslationSource.update_or_create_from_instance(original)
    Translation.objects.get_or_create(source=source, target_locale=locale)
    theirs = _strings(wanted)
    segments = StringSegment.objects.filter(source=source).order_by("order")
    ours: dict[str, list[StringSegment]] = defaultdict(list)
    for segment in segments.select_related("string", "context"):
        ours[segment.context.path].append(segment)
    if {path: len(rows) for path, rows in ours.items()} != {p: len(s) for p, s in theirs.items()}:
        raise ValueError(f"{original.title!r}: {language} does not hold the strings of kk")
    for path, rows in ours.items():
        for segment, text in zip(rows, theirs[path], strict=True):
            StringTranslation.objects.update_or_create(
                translation_of=segment.string,
                locale=locale,
                context=segment.context,
                defaults={"data": text, "has_error": False, "field_error": ""},
            )
    page, _made = source.create_or_update_translation(locale, publish=False, fallback=True)
    page.refresh_from_db()
    page.get_latest_revision().publish()


def _strings(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for segment in extract_segments(page):
        if isinstance(segment, StringSegmentValue):
            found[segment.path].append(str(segment.string.data))
    return found


def _reading(page: Page, facts: Mapping[str, Any], live: bool) -> dict[str, Any]:
    """What a page says, in the form in which seed and database are compared."""
    return {
        "strings": _strings(page),
        "facts": {name: str(_fact(page, name)) for name in facts},
        "live": live,
    }


def _fact(page: Page, name: str) -> Any:
    value = getattr(page, name)
    return sorted(one.pk for one in value.all()) if hasattr(value, "all") else value


def _built(model: type[SeededPage], key: str, texts: Mapping[str, Any]) -> SeededPage:
    """A page in memory that reads as the seed says."""
    values = _values(model, key, texts)
    page = model(**_columns(model, values))
    _set(page, values)
    return page


def _values(model: type[BasePage], key: str, texts: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(texts)
    for name, value in values.items():
        if isinstance(model._meta.get_field(name), StreamField):
            values[name] = json.dumps(_with_ids(f"{key}.{name}", value), ensure_ascii=False)
    return values


def _columns(model: type[BasePage], values: Mapping[str, Any]) -> dict[str, Any]:
    many = models.ManyToManyField
    return {k: v for k, v in values.items() if not isinstance(model._meta.get_field(k), many)}


def _set(page: BasePage, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(page, name, value)


def _with_ids(key: str, body: Body) -> list[dict[str, Any]]:
    """Blocks in Wagtail's stored form, with ids that never change: translations hang on them."""
    made = []
    for place, block in enumerate(body):
        name = f"{key}.{place}"
        value = block["value"]
        if isinstance(value, Mapping):
            value = {
                part: _items(f"{name}.{part}", one) if isinstance(one, list) else one
                for part, one in value.items()
            }
        made.append({"type": block["type"], "value": value, "id": str(uuid.uuid5(SPACE, name))})
    return made


def _items(key: str, values: list[Any]) -> list[dict[str, Any]]:
    return [
        {"type": "item", "value": value, "id": str(uuid.uuid5(SPACE, f"{key}.{place}"))}
        for place, value in enumerate(values)
    ]
