"""The editors' form of a page: addresses are Latin, whatever alphabet is typed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from wagtail.admin.forms import WagtailAdminPageForm

from monitoring.core.text import slugify


class BasePageForm(WagtailAdminPageForm):
    """A page's form whose address may stay empty: then the title gives it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        """An empty page is neither published nor sent for review; a draft may stay empty."""
        cleaned: dict[str, Any] = super().clean()
        asked = {"action-publish", "action-submit"} & set(self.data)
        said = cleaned.get("lead") or cleaned.get("body")
        if asked and not said and self.instance.needs_text and not self.errors:
            self.add_error(
                "lead",
                gettext(
                    "The page is still empty in this language: write a lead or a paragraph. "
                    "Nothing is lost, you can save it as a draft."
                ),
            )
        return cleaned

    def clean_slug(self) -> str:
        """The typed address in Latin letters; empty stays empty and is made from the title."""
        typed = str(self.cleaned_data.get("slug") or "").strip()
        return slugify(typed) if typed else ""
