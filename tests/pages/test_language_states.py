"""A page exists in a language only when its translation is complete or confirmed."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from wagtail.models import Page, PageViewRestriction

from coalition.accounts.models import User
from coalition.pages import selectors
from coalition.pages.models import Confirmation, PageLanguage
from coalition.pages.services import confirm_language
from coalition.website.models import HomePage, StandardPage
from tests.factories.pages import (
    MAKERS,
    change_original,
    make_complete,
    make_none,
    make_outdated,
    make_page,
    make_partial,
    make_site,
    publish,
    submit,
    translate,
)

pytestmark = pytest.mark.django_db

MISSING = {
    "kk": "Бұл беттің қазақшасы әзірге жоқ",
    "ru": "Этой страницы пока нет на русском",
    "en": "This page is not yet in English",
}


@pytest.fixture(autouse=True)
def home() -> HomePage:
    return make_site()


@pytest.mark.parametrize("state", MAKERS)
def test_a_page_has_its_state(state: str) -> None:
    page = MAKERS[state]()
    assert page.live, "localize publishes in every state"
    assert selectors.language_state(page, "ru") == state
    assert selectors.language_state(page, "kk") == "complete"
    assert selectors.language_state(page, "en") == "none"


@pytest.mark.parametrize("state", ["none", "partial"])
def test_a_page_that_is_not_translated_says_so_and_offers_the_original(
    client: Client, state: str
) -> None:
    page = MAKERS[state]()
    response = client.get(page.url)
    text = response.content.decode()
    assert response.status_code == 200
    assert MISSING["ru"] in text
    assert '<meta name="robots" content="noindex">' in text
    assert response["X-Robots-Tag"] == "noindex"
    assert '<html lang="ru"' in text
    assert 'href="/kk/zhiyn-degen-ne/"' in text
    assert 'lang="kk"' in text
    assert "Жиын деген не" in text
    assert "Тұрғындардың жиыны." not in text


def test_a_complete_page_is_shown_without_a_notice(client: Client) -> None:
    response = client.get(make_complete().url)
    text = response.content.decode()
    assert response.status_code == 200
    assert "Что такое сход" in text
    assert "Сход жителей." in text
    assert "noindex" not in text
    assert "Оригинал изменился" not in text


def test_an_outdated_page_is_shown_with_the_date_of_the_change(client: Client) -> None:
    with time_machine.travel(dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC), tick=True):
        page = make_outdated()
    text = client.get(page.url).content.decode()
    assert "Сход жителей." in text
    assert "Оригинал изменился" in text
    assert "5 марта 2026" in text
    assert "noindex" not in text


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_switch_of_a_page_without_a_version_leads_to_a_page_that_says_so(
    client: Client, language: str
) -> None:
    page = make_page()
    (entry,) = [one for one in selectors.alternates(page) if one["language"] == language]
    assert entry["url"] == f"/{language}/p/{page.pk}/"
    text = client.get(entry["url"]).content.decode()
    assert MISSING[language] in text
    assert page.url in text
    assert entry["url"] in client.get(page.url).content.decode()


def test_a_russian_page_without_a_kazakh_version_says_so_in_kazakh(client: Client) -> None:
    page = make_page(
        HomePage.objects.get(locale__language_code="ru"), title="Встреча", lead="О встрече."
    )
    response = client.get(f"/kk/p/{page.pk}/")
    text = response.content.decode()
    assert MISSING["kk"] in text
    assert 'lang="ru"' in text


def test_the_permanent_address_leads_to_the_page_once_it_is_there(client: Client) -> None:
    page = make_complete()
    original = Page.objects.get(translation_key=page.translation_key, locale__language_code="kk")
    response = client.get(f"/ru/p/{original.pk}/")
    assert response.status_code == 302
    assert response["Location"] == page.url


def test_a_draft_or_an_unknown_page_has_no_permanent_address(client: Client) -> None:
    page = make_page()
    page.unpublish()
    assert client.get(f"/ru/p/{page.pk}/").status_code == 404
    assert client.get("/ru/p/999999/").status_code == 404


def test_a_restricted_page_is_not_offered(client: Client) -> None:
    page = make_page()
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(f"/ru/p/{page.pk}/").status_code == 404
    assert not selectors.in_language(StandardPage.objects.all(), "kk").exists()


def test_lists_hold_only_what_exists_in_the_language() -> None:
    shown = [make_complete().pk, make_outdated().pk]
    hidden = [make_none().pk, make_partial().pk]
    found = selectors.in_language(StandardPage.objects.all(), "ru").values_list("pk", flat=True)
    assert set(found) & {*shown, *hidden} == set(shown)


def test_an_alias_made_by_a_tree_sync_is_no_translation(client: Client) -> None:
    page = make_page()
    ru = page.copy_for_translation(
        HomePage.objects.get(locale__language_code="ru").locale, alias=True
    )
    assert ru.live
    assert selectors.language_state(page, "ru") == "none"
    assert MISSING["ru"] in client.get(ru.url).content.decode()


def test_an_editor_confirms_a_page_whose_words_need_no_translation(client: Client) -> None:
    editor = User.objects.create_superuser("editor@example.org", "x")
    page = make_partial()
    confirmation = confirm_language(page=page, by=editor)
    assert confirmation.by == editor
    assert confirmation.revision_id == page.live_revision_id
    assert selectors.language_state(page, "ru") == "complete"
    assert "Что такое сход" in client.get(page.url).content.decode()


def test_a_confirmation_holds_for_the_version_it_was_given_for() -> None:
    page = make_partial()
    confirm_language(page=page, by=None)
    original = StandardPage.objects.get(
        translation_key=page.translation_key, locale__language_code="kk"
    )
    change_original(original, lead="Басқа сөз.")
    assert selectors.language_state(page, "ru") == "outdated"
    work = submit(StandardPage.objects.get(pk=original.pk))
    publish(work)
    assert selectors.language_state(page, "ru") == "partial"


def test_an_original_cannot_be_confirmed() -> None:
    page = make_page()
    with pytest.raises(ValidationError):
        confirm_language(page=page, by=None)
    assert not Confirmation.objects.filter(page=page).exists()


def test_a_page_written_by_hand_exists_once_an_editor_confirms_it() -> None:
    page = make_page()
    ru = page.copy_for_translation(HomePage.objects.get(locale__language_code="ru").locale)
    ru.title, ru.lead = "Что такое сход", "Сход жителей."
    ru.save_revision().publish()
    assert selectors.language_state(page, "ru") == "none"
    confirm_language(page=ru, by=None)
    assert selectors.language_state(page, "ru") == "complete"


def test_a_change_taken_back_brings_the_translation_up_to_date() -> None:
    page = make_outdated()
    original = StandardPage.objects.get(
        translation_key=page.translation_key, locale__language_code="kk"
    )
    change_original(original, lead="Тұрғындардың жиыны.")
    assert selectors.language_state(page, "ru") == "complete"


def test_publishing_an_original_unchanged_leaves_translations_complete() -> None:
    page = make_complete()
    original = StandardPage.objects.get(
        translation_key=page.translation_key, locale__language_code="kk"
    )
    change_original(original)
    assert selectors.language_state(page, "ru") == "complete"


def test_a_draft_of_the_original_does_not_make_translations_outdated() -> None:
    page = make_complete()
    original = StandardPage.objects.get(
        translation_key=page.translation_key, locale__language_code="kk"
    )
    original.lead = "Жоба."
    original.save_revision()
    assert selectors.language_state(page, "ru") == "complete"


def test_finishing_the_translation_shows_the_page(client: Client) -> None:
    page = make_partial()
    work = submit(
        StandardPage.objects.get(translation_key=page.translation_key, locale__language_code="kk")
    )
    translate(work, 3)
    publish(work)
    assert "Сход жителей." in client.get(page.url).content.decode()


def test_preview_shows_what_readers_do_not_see_yet() -> None:
    page = make_none()
    response = page.make_preview_request(preview_mode=page.default_preview_mode)
    response.render()
    assert "Тұрғындардың жиыны." in response.content.decode()


def test_search_engines_learn_only_of_languages_in_which_the_page_exists(client: Client) -> None:
    page = make_complete()
    text = client.get(page.url).content.decode()
    flat = " ".join(text.split())
    assert '<link rel="alternate" hreflang="ru" href="http://localhost' in flat
    assert '<link rel="alternate" hreflang="kk" href="http://localhost' in flat
    assert '<link rel="alternate" hreflang="en"' not in flat
    assert '<link rel="canonical" href="http://localhost' in text
    assert '<meta property="og:title" content="Что такое сход">' in text


def test_every_page_has_its_row_and_every_original_is_complete() -> None:
    make_partial()
    assert PageLanguage.objects.count() == Page.objects.filter(depth__gt=1).count()
    assert set(PageLanguage.objects.filter(is_original=True).values_list("state", flat=True)) == {
        "complete"
    }


def test_the_state_does_not_depend_on_the_readers_language() -> None:
    page = make_partial()
    for language in ("kk", "ru", "en"):
        with translation.override(language):
            assert selectors.language_state(page, "ru") == "partial"
