"""News: newest first, filtered, in each language what exists in it, and what exists elsewhere."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from wagtail.models import Locale

from coalition.news.models import NewsDecision, NewsIndexPage, NewsPage
from coalition.pages.services import publish_due, store_image
from monitoring.core import sweeps
from monitoring.search.services import touch
from tests.factories import files
from tests.factories.news import again, make_news, publish, translate
from tests.factories.record import make_decision, make_topic
from tests.factories.registry import make_organisation, make_tree

pytestmark = pytest.mark.usefixtures("lists")

EMPTY = {
    "kk": "Жаңалық әзірге жоқ",
    "ru": "Новостей пока нет",
    "en": "There is no news yet",
}
URLS = {"kk": "/kk/zhanalyktar/", "ru": "/ru/novosti/", "en": "/en/news/"}


def text_of(url: str) -> str:
    response = Client().get(url)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("language", URLS)
def test_without_news_the_list_says_so_and_leads_on(language: str) -> None:
    text = text_of(URLS[language])
    assert EMPTY[language] in text
    assert 'class="facets"' not in text


def test_the_newest_stands_first_with_date_and_topics() -> None:
    make_news("Ескісі", date=dt.date(2026, 1, 2))
    news = make_news("Жаңасы", date=dt.date(2026, 3, 4), topics=[make_topic("law")])
    text = text_of(URLS["kk"])
    assert text.index("Жаңасы") < text.index("Ескісі")
    assert '<time datetime="2026-03-04">2026\u00a0ж. 4\u00a0наурыз</time>' in text
    assert "?topic=law" in text_of(news.url)


def test_topic_and_year_filter_the_list_and_their_counts_leave_out_their_own_group() -> None:
    law, money = make_topic("law"), make_topic("money")
    make_news("Заңы", date=dt.date(2026, 1, 2), topics=[law])
    make_news("Ақшасы", date=dt.date(2025, 1, 2), topics=[money])
    text = text_of(URLS["kk"] + "?topic=law")
    assert "Заңы" in text
    assert "Ақшасы" not in text
    assert "1 жаңалық" in text
    assert 'value="money"' in text, "the other topic can still be ticked"
    assert 'value="2025"' not in text, "a year that would leave nothing is not offered"
    assert 'content="noindex"' in text
    none = text_of(URLS["kk"] + "?topic=law&year=2025")
    assert "Мұның бәріне бірдей сай келетін жаңалық жоқ" in none


@pytest.mark.parametrize(
    "query",
    ["topic=none", "year=abc", "year=" + "9" * 6000, "topic=%00", "p=0", "p=99", "p=x", "p=-1",
     "&".join(f"topic=t{n}" for n in range(300))],
    ids=["topic", "year", "long year", "zero byte", "p0", "p99", "px", "p-1", "300 topics"],
)  # fmt: skip
def test_no_address_of_the_list_breaks_it(query: str) -> None:
    make_news(topics=[make_topic("law")])
    assert "Жаңалықтар" in text_of(f"{URLS['kk']}?{query}")


def test_long_lists_have_pages() -> None:
    for number in range(21):
        make_news(f"Жаңалық {number}", date=dt.date(2026, 1, number + 1))
    assert text_of(URLS["kk"] + "?p=2").count('class="row"') == 1
    assert "?p=2" in text_of(URLS["kk"])


# -- languages --------------------------------------------------------------------------------

ELSEWHERE = {
    "ru": "На русском пока нет, есть текст на казахском.",
    "en": "Not yet in English; there is a Kazakh text.",
}


@pytest.mark.parametrize("language", ELSEWHERE)
def test_a_reader_sees_that_news_exists_in_another_language(language: str) -> None:
    news = make_news("Қазақша ғана")
    text = text_of(URLS[language])
    assert ELSEWHERE[language] in text
    assert f'href="{news.url}" lang="kk"' in text
    said = text_of(f"/{language}/p/{news.pk}/")
    assert "Қазақша ғана" in said, "the switch of the Kazakh page leads to a page that says so"


def test_news_written_in_russian_shows_in_kazakh_lists_as_russian() -> None:
    make_news("Только по-русски", language="ru")
    text = text_of(URLS["kk"])
    assert "Қазақшасы әзірге жоқ, орысша мәтіні бар." in text
    assert 'lang="ru">Только по-русски' in text


def test_a_translated_item_stands_once_in_each_list_and_half_a_translation_in_none() -> None:
    whole, half = make_news("Бүтіні"), make_news("Жартысы")
    translate(whole, "ru")
    translate(half, "ru", strings=1)
    text = text_of(URLS["ru"])
    assert "ru: Бүтіні" in text
    assert text.count("Бүтіні") == 1
    assert "ru: Жартысы" not in text
    assert text.count(ELSEWHERE["ru"]) == 1


def test_what_is_unpublished_or_half_translated_reaches_no_feed() -> None:
    whole, half, gone = make_news("Бүтіні"), make_news("Жартысы"), make_news("Жоғы")
    translate(whole, "ru")
    translate(half, "ru", strings=1)
    again(gone).unpublish()
    kazakh = Client().get("/kk/zhanalyktar/feed.xml").content.decode()
    russian = Client().get("/ru/novosti/feed.xml").content.decode()
    assert "Бүтіні" in kazakh
    assert "Жартысы" in kazakh
    assert "Жоғы" not in kazakh
    assert "ru: Бүтіні" in russian
    assert "Жартысы" not in russian


# -- decisions, organisations -----------------------------------------------------------------


def test_news_names_its_decisions_and_a_decision_its_news_in_fifteen_queries(
    django_assert_max_num_queries: Any,
) -> None:
    decision, hidden = make_decision(), make_decision("Жасырын", public=False)
    news = make_news("Шешім туралы", decision_links=[])
    NewsDecision.objects.create(page=news, decision=decision)
    NewsDecision.objects.create(page=news, decision=hidden)
    text = text_of(news.url)
    assert decision.address_in("kk") in text
    assert "Жасырын" not in text
    with django_assert_max_num_queries(15):
        assert f'href="{news.url}"' in text_of(decision.address_in("kk"))
    assert "Шешім туралы" not in text_of(decision.address_in("ru")), "it exists in Kazakh only"


def test_news_of_an_organisation_carries_its_name_in_the_readers_language() -> None:
    organisation = make_organisation("Ардагер")
    news = make_news("Ұйым жаңалығы", organisation=organisation)
    assert organisation.short_name("kk") in text_of(news.url)
    assert organisation.short_name("ru") in text_of(URLS["ru"])


# -- schedule ---------------------------------------------------------------------------------


def test_a_scheduled_item_goes_live_and_ends_by_the_sweep_alone() -> None:
    now = dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False) as clock:
        page = NewsPage(
            title="Ертең",
            go_live_at=now + dt.timedelta(hours=1),
            expire_at=now + dt.timedelta(days=1),
            live=False,
        )
        NewsIndexPage.objects.get(locale__language_code="kk").add_child(instance=page)
        page.save_revision().publish()
        sweeps.get("pages.schedule").run()
        assert "Ертең" not in text_of(URLS["kk"])
        clock.shift(dt.timedelta(hours=1, minutes=1))
        assert sweeps.get("pages.schedule").run() == 1
        assert "Ертең" in text_of(URLS["kk"])
        assert "Ертең" in Client().get("/kk/zhanalyktar/feed.xml").content.decode()
        clock.shift(dt.timedelta(days=1))
        assert publish_due() == 1
        assert "Ертең" not in text_of(URLS["kk"])
        assert publish_due() == 0
        assert not again(page).live


# -- pictures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("kk", "Суретте не бар екенін бірер сөзбен жазыңыз."),
        ("ru", "Опишите в нескольких словах, что на картинке."),
        ("en", "Say in a few words what the picture shows."),
    ],
)
def test_a_picture_without_words_is_refused(
    settings: Any, tmp_path: Path, language: str, sentence: str
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    image = store_image(file=files.upload("a.jpg", files.photo()), title="a", by=None)
    page = NewsPage(title="Суретті", image=image, image_alt="  ")
    index = NewsIndexPage.objects.get(locale__language_code="kk")
    page.locale = Locale.objects.get(language_code="kk")
    page.path, page.depth = index.path + "0001", index.depth + 1
    with translation.override(language), pytest.raises(ValidationError) as refused:
        page.full_clean()
    with translation.override(language):
        assert refused.value.message_dict == {"image_alt": [sentence]}


def test_a_picture_comes_in_three_widths_with_sizes_and_stays_within_the_budget(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    data = files.photo(size=(3200, 1800))
    image = store_image(file=files.upload("a.jpg", data), title="a", by=None)
    news = make_news("Суретті", image=image, image_alt="Жиынға келгендер")
    text = text_of(news.url)
    assert 'alt="Жиынға келгендер"' in text
    assert 'height="270"' in text
    assert 'width="480"' in text
    assert 'src="/media/images/a.' in text
    assert "480w" in text
    assert "1120w" in text
    sizes = {one.filter_spec.partition("|")[0]: one.file.size for one in image.renditions.all()}
    assert sizes["fill-800x450"] < 100 * 1024, "a phone's picture"
    assert sizes["fill-1120x630"] < 170 * 1024, "with the page's 30 KB under 200"


def test_a_translation_needs_its_own_words_for_the_picture(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    image = store_image(file=files.upload("a.jpg", files.photo()), title="a", by=None)
    news = make_news("Суретті", image=image, image_alt="Жиынға келгендер")
    russian = translate(news, "ru", strings=2)
    assert ELSEWHERE["ru"] in text_of(URLS["ru"]), "title and lead are not all"
    russian = translate(news, "ru")
    assert 'alt="ru: Жиынға келгендер"' in text_of(russian.url)


# -- facts ------------------------------------------------------------------------------------


def test_a_changed_fact_of_the_original_is_changed_in_every_language() -> None:
    news = make_news(date=dt.date(2026, 3, 4))
    translate(news, "ru")
    decision, topic = make_decision(), make_topic("law")
    changed = again(news)
    changed.topics = [topic]
    changed.decision_links = [NewsDecision(decision=decision)]
    changed.date = dt.date(2026, 3, 5)
    changed.save_revision().publish()
    russian = NewsPage.objects.get(translation_key=news.translation_key, locale__language_code="ru")
    assert russian.date == dt.date(2026, 3, 5)
    assert list(russian.topics.all()) == [topic]
    assert [link.decision_id for link in russian.decision_links.all()] == [decision.pk]
    assert decision.address_in("ru") in text_of(russian.url)


def test_an_old_draft_of_a_translation_does_not_bring_an_old_fact_back() -> None:
    news = make_news(date=dt.date(2026, 3, 4))
    russian = translate(news, "ru")
    draft = russian.save_revision()
    publish(news, date=dt.date(2026, 3, 5))
    draft.publish()
    assert again(russian).date == dt.date(2026, 3, 5)


# -- queries, search --------------------------------------------------------------------------


def test_the_list_and_an_item_take_at_most_fifteen_queries(
    django_assert_max_num_queries: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    make_tree()
    image = store_image(file=files.upload("a.jpg", files.photo()), title="a", by=None)
    organisation = make_organisation("Ардагер")
    decision = make_decision()
    for number in range(25):
        news = make_news(
            f"Жаңалық {number}",
            topics=[make_topic("law"), make_topic(f"t{number}")],
            organisation=organisation,
            image=image,
            image_alt="Жиын",
        )
        NewsDecision.objects.create(page=news, decision=decision)
    Client().get(news.url)  # renditions are made once
    for url in (URLS["kk"], URLS["ru"], URLS["kk"] + "?topic=law", news.url):
        with django_assert_max_num_queries(15):
            text_of(url)


def test_news_is_asked_to_be_indexed_with_its_topics() -> None:
    from monitoring.search.kinds import documents, get

    news = make_news("Жаңасы", topics=[make_topic("law")])
    touch("news", [news.pk])
    kind = get("news")
    assert kind is not None
    (document,) = documents(kind, [news.pk])
    assert document.facets["topic"] == ("law",)
    assert document.texts["kk"].title == "Жаңасы"
