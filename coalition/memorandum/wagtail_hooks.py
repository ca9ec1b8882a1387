"""The memorandum's rows in the admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from coalition.memorandum.models import MemorandumPage, Provision
from coalition.memorandum.viewsets import MemorandumGroup
from coalition.pages.search import touch_page
from coalition.pages.services import note_change

register_snippet(MemorandumGroup)


@hooks.register("after_edit_snippet")
def index_again(request: HttpRequest, instance: Any) -> None:
    """The provisions are searched with the page that shows them."""
    if isinstance(instance, Provision):
        pages = MemorandumPage.objects.filter(locale__language_code="kk")
        note_change(pages=pages)
        for page in pages:
            touch_page(page)
