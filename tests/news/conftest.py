"""A site with lists of news and events."""

from __future__ import annotations

import pytest

from coalition.news.models import EventIndexPage, NewsIndexPage
from tests.factories.news import make_list
from tests.factories.pages import make_site


@pytest.fixture
def lists(db: None) -> NewsIndexPage:
    """Both lists in three languages; the list of news."""
    home = make_site()
    make_list(EventIndexPage, home)
    made: NewsIndexPage = make_list(NewsIndexPage, home)
    return made
