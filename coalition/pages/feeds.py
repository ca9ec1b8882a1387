"""Pages as entries of a feed."""

from __future__ import annotations

from django.utils.translation import get_language
from wagtail.models import Page

from coalition.pages.models import BasePage
from monitoring.core.feeds import NEVER, Entry
from monitoring.core.routes import word


def entry(page: Page, summary: str) -> Entry:
    """A page under an id that survives its address: the key its versions share."""
    published = page.first_published_at or NEVER
    return Entry(
        key=f"page/{page.translation_key}",
        title=page.title,
        address=page.get_url() or "",
        summary=summary,
        published=published,
        updated=page.last_published_at or published,
    )


def list_address(model: type[BasePage]) -> str:
    """The path of a list whose address is a route word, in the active language; no query."""
    language = (get_language() or "kk")[:2]
    return f"/{language}/{word(model.route_word, language)}/"
