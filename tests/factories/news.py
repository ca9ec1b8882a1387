"""The lists of news and events in three languages, and pages in them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import TestCase
from wagtail.models import Locale, Page
from wagtail_localize.models import (
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)

from coalition.news.models import EventIndexPage, EventPage, NewsIndexPage, NewsPage
from coalition.pages.services import confirm_language
from coalition.website.models import HomePage
from monitoring.core.clock import ALMATY

START = dt.datetime(2030, 11, 24, 18, 0, tzinfo=ALMATY)


def make_list(model: Any, home: HomePage) -> Any:
    """A list in three languages; returns the Kazakh one."""
    page = model(title="Тізім", lead="")
    home.add_child(instance=page)
    page.save_revision().publish()
    for language, title in (("ru", "Список"), ("en", "List")):
        other = page.copy_for_translation(Locale.objects.get(language_code=language))
        other.title = title
        other.slug = ""
        other.save_revision().publish()
        confirm_language(page=other, by=None)
    return model.objects.get(pk=page.pk)


def index_of(model: Any, language: str = "kk") -> Any:
    return model.objects.get(locale__language_code=language)


def make_news(title: str = "Жаңалық", language: str = "kk", **values: Any) -> Any:
    """A published piece of news, written in a language."""
    many = {name: values.pop(name) for name in ("topics",) if name in values}
    page = NewsPage(title=title, **{"date": dt.date(2026, 3, 4), "lead": "Қысқаша.", **values})
    for name, rows in many.items():
        setattr(page, name, rows)
    index_of(NewsIndexPage, language).add_child(instance=page)
    return publish(page)


def make_event(title: str = "Жиын", language: str = "kk", **values: Any) -> Any:
    """A published event, in 2030 unless said otherwise."""
    page = EventPage(title=title, **{"start": START, "place": "Ақжар ауылы", **values})
    index_of(EventIndexPage, language).add_child(instance=page)
    return publish(page)


def publish(page: Any, **values: Any) -> Any:
    """An editor changes a page and publishes it; returns it as the database has it."""
    page = type(page).objects.get(pk=page.pk)
    for name, value in values.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return again(page)


def again(page: Page) -> Any:
    return type(page).objects.get(pk=page.pk)


def translate(page: Any, language: str, strings: int = 99) -> Any:
    """A translator translates the first strings of a page; localize publishes what comes of it."""
    locale = Locale.objects.get(language_code=language)
    source, _ = TranslationSource.update_or_create_from_instance(page)
    work, _ = Translation.objects.get_or_create(source=source, target_locale=locale)
    segments = StringSegment.objects.filter(source=source).order_by("order")
    for segment in segments.select_related("string", "context")[:strings]:
        StringTranslation.objects.update_or_create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            defaults={"data": f"{language}: {segment.string.data}"},
        )
    with TestCase.captureOnCommitCallbacks(execute=True):
        work.save_target(publish=True)
    return type(page).objects.get(translation_key=page.translation_key, locale=locale)
