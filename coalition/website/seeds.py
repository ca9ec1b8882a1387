"""What the room `website` is seeded with: the site, its languages, home and plain pages."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from wagtail.models import Page

from coalition.pages.seeding import seed_locales, seed_page, seed_site
from coalition.website.models import GuidePage, HomePage, StandardPage
from monitoring.core.seeds import Report

PAGES = Path(__file__).parent / "seeds" / "pages.json"
GUIDE = Path(__file__).parent / "seeds" / "guide.json"


def _pages() -> list[dict[str, Any]]:
    return list(json.loads(PAGES.read_text(encoding="utf-8")))


def seed_tree(report: Report) -> None:
    """Languages, home pages and the site, before any room hangs its pages there."""
    seed_locales()
    (texts,) = [page["texts"] for page in _pages() if page["type"] == "home"]
    root = Page.get_first_root_node()
    home = seed_page(report, key="website.page:home", model=HomePage, parent=root, texts=texts)
    if home is not None:
        seed_site(report, home)


def seed_pages(report: Report) -> None:
    """About and what stands below it, and the guide; a child of a removed page is left out."""
    made: dict[str, Page | None] = {
        "home": HomePage.objects.filter(locale__language_code="kk").first()
    }
    for page in _pages():
        parent = made.get(page["parent"] or "")
        if page["type"] == "home" or parent is None:
            continue
        made[page["key"]] = seed_page(
            report,
            key=f"website.page:{page['key']}",
            model=StandardPage,
            parent=parent,
            texts=page["texts"],
            facts=page["facts"],
        )
    guide = made.get("guide")
    if guide is not None:
        _seed_guide(report, guide)


def _seed_guide(report: Report, parent: Page) -> None:
    for page in json.loads(GUIDE.read_text(encoding="utf-8")):
        seed_page(
            report,
            key=f"website.page:{page['key']}",
            model=GuidePage,
            parent=parent,
            texts=page["texts"],
            facts={
                "topic": page["topic"],
                "checked_on": dt.date.fromisoformat(page["checked_on"]),
                "checked_by": page["checked_by"],
            },
        )
