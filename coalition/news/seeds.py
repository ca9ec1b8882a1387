"""What the room `news` is seeded with: both lists and the one thing that is true news here.

No event is seeded: none is known.
"""

from __future__ import annotations

import json
from pathlib import Path

from wagtail.models import Site

from coalition.news.models import EventIndexPage, NewsIndexPage, NewsPage
from coalition.pages.seeding import seed_page, seeded
from monitoring.core import clock
from monitoring.core.seeds import Report

PAGES = Path(__file__).parent / "seeds" / "pages.json"
ITEM = "news.page:founders-published"


def seed_news(report: Report) -> None:
    """The lists, and the news that memorandum and founders' list stand here, on the day they do."""
    index_facts, item, events = json.loads(PAGES.read_text(encoding="utf-8"))
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return
    seed_page(
        report,
        key="news.page:events",
        model=EventIndexPage,
        parent=site.root_page,
        texts=events["texts"],
    )
    index = seed_page(
        report,
        key="news.page:index",
        model=NewsIndexPage,
        parent=site.root_page,
        texts=index_facts["texts"],
    )
    if index is None:
        return
    known = seeded(NewsPage, ITEM)
    seed_page(
        report,
        key=ITEM,
        model=NewsPage,
        parent=index,
        texts=item["texts"],
        facts={"date": known.date if known is not None else clock.today()},
    )
