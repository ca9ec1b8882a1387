"""The memorandum's rows in the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from coalition.memorandum import draft_views
from coalition.memorandum.models import MemorandumPage, Provision
from coalition.memorandum.viewsets import MemorandumGroup
from coalition.pages.search import touch_page
from coalition.pages.services import note_change

register_snippet(MemorandumGroup)


@hooks.register("register_admin_urls")
def draft_urls() -> list[URLPattern]:
    """The texts of a prepared version, under the number that people know it by."""
    base = "memorandum-draft/<int:number>/"
    return [
        path(base, draft_views.draft, name="memorandum_draft"),
        path(f"{base}section/", draft_views.add_section, name="memorandum_add_section"),
        path(
            f"{base}section/<int:section>/provision/",
            draft_views.add_provision,
            name="memorandum_add_provision",
        ),
        path(
            f"{base}section/<int:section>/remove/",
            draft_views.remove_section,
            name="memorandum_remove_section",
        ),
        path(
            f"{base}provision/<int:provision>/remove/",
            draft_views.remove_provision,
            name="memorandum_remove_provision",
        ),
    ]


@hooks.register("after_edit_snippet")
def index_again(request: HttpRequest, instance: Any) -> None:
    """The provisions are searched with the page that shows them."""
    if isinstance(instance, Provision):
        pages = MemorandumPage.objects.filter(locale__language_code="kk")
        note_change(pages=pages)
        for page in pages:
            touch_page(page)
