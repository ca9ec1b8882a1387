"""The search knows a page in exactly the languages in which it exists."""

from __future__ import annotations

import pytest
from wagtail.models import Page, PageViewRestriction

from coalition.news.models import NewsIndexPage, NewsPage
from coalition.pages.search import KIND
from coalition.pages.services import confirm_language
from coalition.website.models import HomePage, StandardPage
from monitoring.search import kinds
from monitoring.search.documents import SearchDocument
from monitoring.search.models import OutboxRow
from tests.factories.pages import (
    change_original,
    make_complete,
    make_outdated,
    make_page,
    make_partial,
    make_site,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home() -> HomePage:
    return make_site()


def head_of(page: Page) -> int:
    return int(Page.objects.filter(translation_key=page.translation_key).earliest("pk").pk)


def document_of(page: Page) -> SearchDocument | None:
    found = kinds.documents(KIND, [head_of(page)])
    return found[0] if found else None


def touched() -> set[tuple[str, int]]:
    return set(OutboxRow.objects.values_list("kind", "record_id"))


def test_a_document_holds_the_languages_that_exist() -> None:
    complete, partial, outdated = make_complete(), make_partial(), make_outdated()
    for page, languages in ((complete, {"kk", "ru"}), (partial, {"kk"}), (outdated, {"kk", "ru"})):
        document = document_of(page)
        assert document is not None
        assert set(document.texts) == languages


def test_a_document_holds_title_lead_and_body_without_markup() -> None:
    document = document_of(make_complete())
    assert document is not None
    assert document.texts["ru"].title == "Что такое сход"
    assert document.texts["ru"].body == "Сход жителей.\nНа сход жители приходят сами."


def test_a_hit_is_in_the_readers_language_or_says_which() -> None:
    page = make_complete()
    pk = head_of(page)
    assert KIND.hits([pk], "ru")[pk].language == "ru"
    english = KIND.hits([pk], "en")[pk]
    assert (english.language, english.title) == ("kk", "Жиын деген не")


@pytest.mark.parametrize("how", ["unpublished", "restricted", "below a restricted page"])
def test_what_readers_may_not_see_is_not_found(how: str) -> None:
    page = make_page()
    child = make_page(page, title="Ішкі бет")
    if how == "unpublished":
        child.unpublish()
    else:
        top = child if how == "restricted" else page
        OutboxRow.objects.all().delete()
        PageViewRestriction.objects.create(page=top, restriction_type="login")
        assert ("page", child.pk) in touched()
    assert document_of(child) is None
    assert KIND.visible([child.pk]) == set()
    assert KIND.hits([child.pk], "kk") == {}


def test_every_way_of_changing_a_page_asks_for_indexing() -> None:
    page = make_complete()
    original = StandardPage.objects.get(pk=head_of(page))
    ways = {
        "edited": lambda: change_original(original, lead="Жаңа сөз."),
        "confirmed": lambda: confirm_language(page=page, by=None),
        "unpublished": original.unpublish,
        "moved": lambda: original.move(make_page(title="Басқа бет"), pos="last-child"),
    }
    for way, act in ways.items():
        OutboxRow.objects.all().delete()
        act()
        assert ("page", original.pk) in touched(), way


def test_a_deleted_page_is_taken_out_and_its_translation_gets_a_document() -> None:
    page = make_complete()
    original = StandardPage.objects.get(pk=head_of(page))
    OutboxRow.objects.all().delete()
    pk = original.pk
    original.delete()
    assert {("page", pk), ("page", page.pk)} <= touched()
    assert KIND.visible([pk]) == set()


def test_a_later_document_has_a_greater_version() -> None:
    page = make_partial()
    before = document_of(page)
    confirm_language(page=page, by=None)
    after = document_of(page)
    assert before is not None
    assert after is not None
    assert after.version > before.version


def test_news_are_a_kind_of_their_own_with_topic_and_year(home: HomePage) -> None:
    index = NewsIndexPage(title="Жаңалықтар")
    home.add_child(instance=index)
    news = NewsPage(title="Жиын өтті", date="2026-02-03")
    index.add_child(instance=news)
    kind = kinds.get("news")
    assert kind is not None
    (document,) = kinds.documents(kind, [news.pk])
    assert document.all_facets()["year"] == ("2026",)
    assert document_of(news) is None, "not among the plain pages too"
    assert kind.labels("kind", ["news"], "ru") == {"news": "Новости"}


def test_home_pages_and_lists_are_found_too(home: HomePage) -> None:
    assert home.pk in {page.pk for page in KIND.queryset()}
