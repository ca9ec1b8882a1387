"""News: newest first, in each language what exists in it."""

from __future__ import annotations

import pytest
from django.test import Client

from coalition.news.models import NewsIndexPage, NewsPage
from coalition.pages.services import confirm_language
from coalition.website.models import HomePage
from monitoring.vocabulary.models import Topic
from tests.factories.pages import make_site

pytestmark = pytest.mark.django_db

EMPTY = {
    "kk": "Бұл тілде жаңалық әзірге жоқ",
    "ru": "На этом языке новостей пока нет",
    "en": "There is no news in this language yet",
}


@pytest.fixture
def index() -> NewsIndexPage:
    page = NewsIndexPage(title="Жаңалықтар")
    make_site().add_child(instance=page)
    page.save_revision().publish()
    for language in ("ru", "en"):
        home = HomePage.objects.get(locale__language_code=language)
        other = page.copy_for_translation(home.locale)
        other.title = {"ru": "Новости", "en": "News"}[language]
        other.save_revision().publish()
        confirm_language(page=other, by=None)
    return page


def add(index: NewsIndexPage, title: str, date: str) -> NewsPage:
    news = NewsPage(title=title, date=date, lead="Қысқаша.")
    index.add_child(instance=news)
    news.save_revision().publish()
    return news


@pytest.mark.parametrize(
    ("language", "url"),
    [("kk", "/kk/zhanalyktar/"), ("ru", "/ru/novosti/"), ("en", "/en/news/")],
)
def test_without_news_the_list_says_so(
    client: Client, index: NewsIndexPage, language: str, url: str
) -> None:
    response = client.get(url)
    assert response.status_code == 200
    assert EMPTY[language] in response.content.decode()


def test_the_newest_stands_first_with_date_and_topics(client: Client, index: NewsIndexPage) -> None:
    add(index, "Ескісі", "2026-01-02")
    news = add(index, "Жаңасы", "2026-03-04")
    topic = Topic.objects.create(
        name="law", slug="law", name_kk="Заң", name_ru="Закон", name_en="Law"
    )
    news.topics.add(topic)
    news.save_revision().publish()
    text = client.get("/kk/zhanalyktar/").content.decode()
    assert text.index("Жаңасы") < text.index("Ескісі")
    assert '<time datetime="2026-03-04">2026 ж. 4 наурыз</time>' in text
    assert "Заң" in client.get(news.url).content.decode()


def test_a_reader_of_russian_is_not_shown_kazakh_news_in_the_list(
    client: Client, index: NewsIndexPage
) -> None:
    news = add(index, "Жаңасы", "2026-03-04")
    assert "Жаңасы" not in client.get("/ru/novosti/").content.decode()
    assert "Жаңасы" in client.get(f"/ru/p/{news.pk}/").content.decode()


def test_long_lists_have_pages_and_a_wrong_number_gives_the_nearest(
    client: Client, index: NewsIndexPage
) -> None:
    for number in range(21):
        add(index, f"Жаңалық {number}", f"2026-01-{number + 1:02}")
    assert client.get("/kk/zhanalyktar/?p=2").content.decode().count('class="row"') == 1
    for wrong in ("0", "99", "x", "-1"):
        assert client.get(f"/kk/zhanalyktar/?p={wrong}").status_code == 200
