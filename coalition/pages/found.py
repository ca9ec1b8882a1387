"""How a page is found and shared: the words of its head, structured data, its card.

What a page type is in the terms of schema.org, the room that knows says with `describe()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from wagtail.models import Page

from monitoring.core.clock import ALMATY
from monitoring.core.dates import long_date
from monitoring.core.found import Card, Found, breadcrumbs, card_address

if TYPE_CHECKING:
    from coalition.pages.models import BasePage

Described = Callable[[Any, Found], Mapping[str, Any]]
Above = Callable[[str], tuple[str, str]]

_described: dict[str, Described] = {}
_above: dict[str, Above] = {}


def describe(label: str, data: Described, above: Above | None = None) -> None:
    """Say what a type of page is: `data(page, found)` is one JSON-LD object, and asks nothing.

    `label` is "app_label.ModelName". `above(language)` gives name and path of the list in which
    such pages stand, where that is known without a query. Rooms call this in `ready()`.
    """
    _described[label.lower()] = data
    if above is not None:
        _above[label.lower()] = above


def card_of(page: BasePage) -> Card:
    """Title, and the day where the page is of one. No query."""
    language = page.locale.language_code
    moment = getattr(page, "start", None)
    day = getattr(page, "date", None) or (moment.astimezone(ALMATY).date() if moment else None)
    return Card(
        kind="page",
        id=page.pk,
        language=language,
        title=getattr(page, "motto", "") or page.title,
        over=long_date(day, language=language) if day else "",
    )


def found_of_page(page: Page, alternates: Mapping[str, str], request: HttpRequest) -> Found:
    """The head of a page; `alternates` are its real translations, itself among them.

    One query where a page stands above it that was not read yet and that nobody has named.
    """
    language = page.locale.language_code
    path = page.get_full_url(request) or ""
    card = card_of(page)
    is_home = page.depth <= 2
    head = Found(
        title=page.seo_title or page.title,
        path=path,
        language=language,
        description=page.get_meta_description(),
        alternates=alternates,
        kind="article" if getattr(page, "date", None) else "website",
        image=card_address(card) if page.pk else "",
    )
    say = _described.get(page._meta.label_lower)
    data = [say(page, head)] if say is not None else []
    if not is_home:
        steps = [(gettext("Home"), f"/{language}/")]
        if page._meta.label_lower in _above:
            steps.append(_above[page._meta.label_lower](language))
        elif page.depth > 3:
            above = page.get_parent()
            steps.append((above.title, above.get_url(request) or ""))
        data.append(breadcrumbs([*steps, (page.title, path)]))
    return Found(**{**head.__dict__, "data": data})
