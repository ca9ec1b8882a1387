"""The one bridge from Wagtail's and localize's signals to rows of ours. Listeners only write rows.

`post_save` and `post_delete` run inside the transaction of the save; `page_published` does not.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from wagtail.models import Page
from wagtail_localize.models import TranslationLog

from coalition.pages import services


def on_page_saved(sender: Any, instance: Any, raw: bool = False, **_: Any) -> None:
    """Any save of any page: by an editor, a workflow, the scheduler, localize or a command."""
    if isinstance(instance, Page) and not raw:
        services.note_save(page_id=instance.pk)


def on_page_rendered(sender: Any, instance: TranslationLog, created: bool, **_: Any) -> None:
    """Localize has written a page from its source and the strings translated so far."""
    if created:
        services.note_rendering(source=instance.source, locale_id=instance.locale_id)


def connect() -> None:
    """Listen. Called once, by the room's `ready()`."""
    post_save.connect(on_page_saved, dispatch_uid="pages.saved")
    post_save.connect(on_page_rendered, sender=TranslationLog, dispatch_uid="pages.rendered")
