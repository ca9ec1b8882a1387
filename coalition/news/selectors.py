"""Reads of the room `news`."""

from __future__ import annotations

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator

from coalition.news.models import NewsIndexPage, NewsPage
from coalition.pages.selectors import in_language

PER_PAGE = 20


def published(language: str) -> object:
    """The news that exist in a language, newest first; their topics come in one query more."""
    return (
        in_language(NewsPage.objects.all(), language)
        .select_related("locale")
        .prefetch_related("topics")
        .order_by("-date", "-pk")
    )


def news_page(index: NewsIndexPage, number: str) -> ListPage[NewsPage]:
    """A page of the list by its number as typed; a wrong number gives the nearest page."""
    news = published(index.locale.language_code)
    return Paginator(news, PER_PAGE).get_page(number or 1)  # type: ignore[arg-type] # Wagtail is untyped
