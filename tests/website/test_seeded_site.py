"""The seeded site: what stands on it in three languages, and what a page costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import translate_url
from wagtail.models import Page, Site

from coalition.memorandum.models import Accession, Provision, Version
from coalition.news.models import NewsPage
from coalition.pages.models import PageLanguage
from coalition.website.models import HomePage, StandardPage
from coalition.website.seeds import seed_pages
from monitoring.core.seeds import Report, all_seeds
from tests import kept

LANGUAGES = ("kk", "ru", "en")
PAGES = {
    "home": {"kk": "/kk/", "ru": "/ru/", "en": "/en/"},
    "about": {"kk": "/kk/koalitsiya-turaly/", "ru": "/ru/o-koalitsii/", "en": "/en/about/"},
    "guide": {
        "kk": "/kk/ne-isteuge-bolady/",
        "ru": "/ru/chto-mozhno-sdelat/",
        "en": "/en/what-you-can-do/",
    },
    "memorandum": {language: f"/{language}/memorandum/" for language in LANGUAGES},
    "news": {"kk": "/kk/zhanalyktar/", "ru": "/ru/novosti/", "en": "/en/news/"},
    "events": {"kk": "/kk/is-sharalar/", "ru": "/ru/sobytiya/", "en": "/en/events/"},
    "library": {"kk": "/kk/kitapkhana/", "ru": "/ru/biblioteka/", "en": "/en/library/"},
}


@pytest.fixture(scope="module")
def seeded(rows_of_the_file: None) -> None:
    """The whole seed, once for this file."""
    kept.seed()


@pytest.fixture(autouse=True)
def site(seeded: None, db: None) -> None:
    cache.clear()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_answers_in_its_language_within_fifteen_queries(
    client: Client, django_assert_max_num_queries: Any, name: str, language: str
) -> None:
    url = PAGES[name][language]
    client.get(url)  # the first request fills Wagtail's site root paths
    with django_assert_max_num_queries(15) as queries:
        response = client.get(url)
    print(f"{name} {language}: {len(queries)} queries")
    text = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}"' in text
    assert "noindex" not in text
    assert "http://" not in re.sub(r"http://(localhost|www\.w3\.org)", "", text)


@pytest.mark.parametrize("name", PAGES)
def test_the_switch_stays_on_the_page(client: Client, name: str) -> None:
    for language in LANGUAGES:
        text = client.get(PAGES[name][language]).content.decode()
        switch = text[text.index('class="languages"') : text.index("</ul>")]
        for other in LANGUAGES:
            assert f'href="{PAGES[name][other]}"' in switch


def test_every_seeded_page_is_complete_in_three_languages() -> None:
    records = PageLanguage.objects.filter(page__live=True)
    assert records.count() == Page.objects.filter(depth__gt=1, live=True).count()
    assert set(records.values_list("state", flat=True)) == {"complete"}
    for model in (HomePage, StandardPage, NewsPage):
        keys = model.objects.values_list("translation_key", "locale__language_code")
        assert len(set(keys)) == 3 * len({key for key, _language in keys})


def test_every_page_answers(client: Client) -> None:
    for page in Page.objects.filter(depth__gt=1).select_related("locale"):
        assert client.get(page.get_url()).status_code == 200, page.get_url()


def test_seeding_again_changes_nothing() -> None:
    before = sorted(Page.objects.values_list("pk", "latest_revision_id"))
    report = Report()
    for _name, run in all_seeds():
        run(report)
    assert report.counts["written"] == 0
    assert report.left_alone == []
    assert sorted(Page.objects.values_list("pk", "latest_revision_id")) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_a_person_changed_is_left_alone_and_reported(language: str) -> None:
    about = StandardPage.objects.get(section="about", locale__language_code=language)
    about.lead = "Сөз."
    about.save_revision().publish()
    report = Report()
    seed_pages(report)
    assert report.left_alone == ["website.page:about"]
    assert StandardPage.objects.get(pk=about.pk).lead == "Сөз."


def test_a_page_that_a_person_removed_stays_removed() -> None:
    funding = StandardPage.objects.filter(section="funding")
    for page in funding:
        page.delete()
    report = Report()
    seed_pages(report)
    assert report.left_alone == ["website.page:funding"]
    assert not StandardPage.objects.filter(section="funding").exists()


def test_wagtails_welcome_page_is_gone_and_the_site_stands_on_the_kazakh_home_page() -> None:
    assert not Page.objects.filter(title__startswith="Welcome").exists()
    site = Site.objects.get()
    assert site.is_default_site
    assert site.root_page.locale.language_code == "kk"


def test_the_memorandum_holds_sixteen_provisions_each_a_link(client: Client) -> None:
    assert Provision.objects.count() == 16
    for language, sample in (
        ("kk", "Коалиция жергілікті басқару реформаларына көпшіліктің қолдауын ұйымдастырады."),
        ("ru", "Коалиция организует общественную поддержку реформ местного управления."),
        ("en", "The coalition organises public support for the reform of local government."),
    ):
        text = client.get(PAGES["memorandum"][language]).content.decode()
        for number in range(1, 17):
            assert f'id="m{number}"' in text
            assert f'href="#m{number}"' in text
        assert sample in text


NOBODY = {
    "kk": "2005 жылдан бері әзірге бірде-бір ұйым қосылған жоқ.",
    "ru": "После 2005 года пока никто не присоединился.",
    "en": "No organisation has acceded since 2005 yet.",
}
SIGNED = {
    "kk": "26 қатысушы қол қойды (2005)",
    "ru": "Подписали 26 участников (2005)",
    "en": "26 participants signed (2005)",
}
OPEN = {
    "kk": "ережесін әлі қабылдаған жоқ",
    "ru": "ещё не принято",
    "en": "rule not yet adopted by the coalition",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_memorandum_says_what_the_source_says_and_no_more(
    client: Client, language: str
) -> None:
    text = client.get(PAGES["memorandum"][language]).content.decode()
    flat = " ".join(text.split()).replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")
    assert "26" in flat
    assert SIGNED[language] in flat
    assert OPEN[language] in flat
    acceded = flat[flat.index('id="acceded"') :].partition("</section>")[0]
    assert NOBODY[language] in acceded
    assert "<li" not in acceded
    assert flat.index('id="m16"') < flat.index('id="rules"') < flat.index('id="founders"')
    founders = flat[flat.index('id="founders"') :]
    assert founders.count("<li") >= 26


def test_no_accession_is_seeded() -> None:
    assert Version.objects.get().participants == 26
    assert not Accession.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_person_is_named(client: Client, language: str) -> None:
    names = ("Махмұтова", "Махмутова", "Makhmutova", "Мұхамбетова", "Мухамбетова", "Mukhambetova")
    for page in Page.objects.filter(locale__language_code=language, depth__gt=1):
        text = client.get(page.get_url()).content.decode()
        assert not [name for name in names if name in text], page.get_url()


def test_the_home_page_keeps_record_and_voice_apart(client: Client) -> None:
    text = client.get("/kk/").content.decode()
    voice = text[text.index('class="voice"') :]
    voice = voice[: voice.index("</section>")]
    assert "Коалицияның пікірі" in voice
    assert "2005 жылдан бергі талабымыз" in voice
    path = text[text.index('id="path"') : text.index('class="voice"')]
    years = re.findall(r"<b>(\d{4})</b>", path)
    assert years == ["1995", "2005", "2006", "2007", "2009", "2024", "2026"]


def test_a_step_that_the_record_does_not_hold_is_not_shown(client: Client) -> None:
    from monitoring.decisions.models import Decision

    Decision.objects.filter(key="bill-lsg-withdrawn-2024").update(is_public=False)
    text = client.get("/en/").content.decode()
    assert "<b>2024</b>" not in text[text.index('id="path"') :]


def test_the_home_page_counts_founders_of_2005_and_no_member_of_today(client: Client) -> None:
    flat = " ".join(client.get("/en/").content.decode().split())
    assert "26 founding organisations (2005)." in flat
    assert "nobody has confirmed it yet" in flat


def test_the_route_table_and_the_pages_agree() -> None:
    for name in ("about", "guide", "news"):
        for language in LANGUAGES:
            assert translate_url(PAGES[name][language], language) == PAGES[name][language]


def test_the_seed_command_reports_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed")
    assert "written" not in capsys.readouterr().out
