"""A site with lists of news and events."""

from __future__ import annotations

import pytest

from coalition.news.models import EventIndexPage, NewsIndexPage
from tests.factories.news import make_list
from tests.factories.pages import make_site


@pytest.fixture(scope="module")
def lists_of_the_file(rows_of_the_file: None) -> int:
    """The id of the list of news, made once for a file."""
    home = make_site()
    make_list(EventIndexPage, home)
    return int(make_list(NewsIndexPage, home).pk)


@pytest.fixture
def lists(lists_of_the_file: int, db: None) -> NewsIndexPage:
    """Both lists in three languages; the list of news."""
    found: NewsIndexPage = NewsIndexPage.objects.get(pk=lists_of_the_file)
    return found
