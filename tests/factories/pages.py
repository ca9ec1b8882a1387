"""A small site in three languages, made by the project's own seeds and by localize."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.test import TestCase
from wagtail.models import Locale, Page
from wagtail_localize.models import (
    StringSegment,
    StringTranslation,
    Translation,
    TranslationSource,
)

from coalition.pages.seeding import seed_locales, seed_site
from coalition.pages.services import confirm_language
from coalition.website.models import HomePage, StandardPage
from monitoring.core.seeds import Report

WORDS = {
    "Жиын деген не": "Что такое сход",
    "Тұрғындардың жиыны.": "Сход жителей.",
    "Жиынға тұрғындар өздері келеді.": "На сход жители приходят сами.",
}


def make_site() -> HomePage:
    """Locales, home pages and the site, as light as possible; returns the Kazakh home page."""
    seed_locales()
    root = Page.get_first_root_node()
    key = uuid.uuid4()
    for language, title in (("kk", "Басты бет"), ("ru", "Главная"), ("en", "Home")):
        home = HomePage(
            title=title,
            slug=f"home-{language}",
            motto=title,
            locale=Locale.objects.get(language_code=language),
            translation_key=key,
        )
        root.add_child(instance=home)
        if language != "kk":
            confirm_language(page=home, by=None)
    made: HomePage = HomePage.objects.get(locale__language_code="kk")
    seed_site(Report(), made)
    return made


def again(page: StandardPage) -> StandardPage:
    """The page as the database has it."""
    found: StandardPage = StandardPage.objects.get(pk=page.pk)
    return found


def make_page(parent: Page | None = None, **values: Any) -> StandardPage:
    """A published Kazakh page with three strings to translate."""
    page = StandardPage(
        **{
            "title": "Жиын деген не",
            "lead": "Тұрғындардың жиыны.",
            "body": [("paragraph", _rich("<p>Жиынға тұрғындар өздері келеді.</p>"))],
            **values,
        }
    )
    parent = parent or HomePage.objects.get(locale__language_code="kk")
    parent.add_child(instance=page)
    page.save_revision().publish()
    return again(page)


def change_original(page: StandardPage, **values: Any) -> StandardPage:
    """An editor changes a page and publishes it."""
    page = StandardPage.objects.get(pk=page.pk)
    for name, value in values.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return again(page)


def submit(page: StandardPage, language: str = "ru") -> Translation:
    """An editor presses «Translate this page»: localize makes a source and a work."""
    source, _made = TranslationSource.update_or_create_from_instance(page)
    locale = Locale.objects.get(language_code=language)
    return Translation.objects.get_or_create(source=source, target_locale=locale)[0]


def translate(work: Translation, strings: int) -> None:
    """A translator translates the first strings."""
    segments = StringSegment.objects.filter(source=work.source).order_by("order")
    for segment in segments.select_related("string", "context")[:strings]:
        StringTranslation.objects.update_or_create(
            translation_of=segment.string,
            locale=work.target_locale,
            context=segment.context,
            defaults={"data": WORDS.get(segment.string.data, f"ru {segment.string.data}")},
        )


def publish(work: Translation) -> StandardPage:
    """Localize writes the page and publishes it, translated or not."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        work.save_target(publish=True)
    made: StandardPage = StandardPage.objects.get(
        translation_key=work.source.object_id, locale=work.target_locale
    )
    return made


def make_none() -> StandardPage:
    """Localize's copy without a translated word; published by localize."""
    return publish(submit(make_page()))


def make_partial() -> StandardPage:
    """One string of three is translated."""
    work = submit(make_page())
    translate(work, 1)
    return publish(work)


def make_complete() -> StandardPage:
    """All strings are translated."""
    work = submit(make_page())
    translate(work, 3)
    return publish(work)


def make_outdated() -> StandardPage:
    """All were translated; then the original changed."""
    page = make_complete()
    original = StandardPage.objects.get(
        translation_key=page.translation_key, locale__language_code="kk"
    )
    change_original(original, lead="Тұрғындардың жиыны және оның тәртібі.")
    return again(page)


MAKERS: dict[str, Callable[[], StandardPage]] = {
    "none": make_none,
    "partial": make_partial,
    "complete": make_complete,
    "outdated": make_outdated,
}


def _rich(html: str) -> Any:
    from wagtail.rich_text import RichText

    return RichText(html)
