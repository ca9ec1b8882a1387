"""The editors' form of a page: addresses are Latin, whatever alphabet is typed."""

from __future__ import annotations

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm

from monitoring.core.text import slugify


class BasePageForm(WagtailAdminPageForm):
    """A page's form whose address may stay empty: then the title gives it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean_slug(self) -> str:
        """The typed address in Latin letters; empty stays empty and is made from the title."""
        typed = str(self.cleaned_data.get("slug") or "").strip()
        return slugify(typed) if typed else ""
