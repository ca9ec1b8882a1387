"""News and events about a double are about the record that is kept, and back again."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page, Revision

from coalition.news.models import EventDecision, NewsDecision

LINKS: dict[str, Any] = {"news": NewsDecision, "events": EventDecision}


def move_links(kept: int, gone: int) -> dict[str, list[int]]:
    """Let pages that name the double name the kept record; returns their ids by kind."""
    moved = {}
    for name, model in LINKS.items():
        named = model._default_manager.filter(decision=kept).values("page")
        rows = model._default_manager.filter(decision=gone).exclude(page__in=named)
        pages = list(rows.order_by("page").values_list("page", flat=True))
        _point(model, pages, gone, kept)
        moved[name] = pages
    return moved


def move_links_back(kept: int, gone: int, moved: dict[str, list[int]]) -> None:
    """Let them name the double again."""
    for name, pages in moved.items():
        _point(LINKS[name], pages, kept, gone)


def _point(model: Any, pages: list[int], old: int, new: int) -> None:
    """In the rows, and in the newest draft: else the next save would bring the old link back."""
    model._default_manager.filter(page__in=pages, decision=old).update(decision=new)
    drafts = Page.objects.filter(pk__in=pages).values("latest_revision")
    for draft in Revision.objects.filter(pk__in=drafts):
        links = draft.content.get("decision_links", [])
        if new in [link["decision"] for link in links]:
            continue
        for link in links:
            if link["decision"] == old:
                link["decision"] = new
        draft.save(update_fields=["content"])
