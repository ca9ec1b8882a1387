"""What the room `library` is seeded with: the list alone. No entry is invented."""

from __future__ import annotations

import json
from pathlib import Path

from wagtail.models import Site

from coalition.library.models import LibraryIndexPage
from coalition.pages.seeding import seed_page
from monitoring.core.seeds import Report

PAGES = Path(__file__).parent / "seeds" / "pages.json"


def seed_library(report: Report) -> None:
    """The list, in three languages."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is not None:
        seed_page(
            report,
            key="library.page:index",
            model=LibraryIndexPage,
            parent=site.root_page,
            texts=json.loads(PAGES.read_text(encoding="utf-8"))["texts"],
        )
