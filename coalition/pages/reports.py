"""The queue of what waits for translation, as a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn

from coalition.pages import queue
from coalition.pages.todo import RIGHT
from monitoring.core.models import LANGUAGES
from monitoring.core.reports import RowsReport


class TranslateColumn(Column):
    """The one click."""

    cell_template_name = "pages/admin/translate_cell.html"


class TranslationQueue(RowsReport):
    """Pages and texts of decisions that a language lacks, the longest waiting first.

    `?target=ru` keeps one language, `?kind=page` or `?kind=edition` one kind.
    """

    rights = (RIGHT, "decisions.change_edition")
    page_title = gettext_lazy("Waiting for translation")
    header_icon = "wagtail-localize-language"
    template_name = "pages/admin/translation_queue.html"
    index_url_name = "translation_queue"
    index_results_url_name = "translation_queue_results"
    export_filename = "translation-queue"
    columns = [
        TitleColumn(
            "title", label=gettext_lazy("title"), get_url=lambda row: row["url"], accessor="title"
        ),
        Column("what", label=gettext_lazy("what it is"), accessor="what"),
        Column("source", label=gettext_lazy("language of the original"), accessor="source_label"),
        Column("target", label=gettext_lazy("language asked for"), accessor="target_label"),
        Column("state", label=gettext_lazy("state"), accessor="state_label"),
        Column("since", label=gettext_lazy("waiting since"), accessor="since_shown"),
        TranslateColumn("act", label="", accessor="url"),
    ]
    list_export = ["title", "what", "source_language", "target", "state_label", "since", "address"]
    export_headings = {
        "title": gettext_lazy("title"),
        "what": gettext_lazy("what it is"),
        "source_language": gettext_lazy("language of the original"),
        "target": gettext_lazy("language asked for"),
        "state_label": gettext_lazy("state"),
        "since": gettext_lazy("waiting since"),
        "address": gettext_lazy("address"),
    }

    def chosen(self, name: str, all_of: Sequence[str]) -> Sequence[str]:
        """The value asked for in the address, if it is one of those that exist; else all."""
        asked = self.request.GET.get(name, "")
        return [asked] if asked in all_of else all_of

    def get_queryset(self) -> Any:
        """Light rows of one query."""
        return queue.waiting_rows(
            languages=self.chosen("target", LANGUAGES), kinds=self.chosen("kind", queue.KINDS)
        )

    def fill(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Titles and addresses, in eight queries at most."""
        names = {code: str(name) for code, name in settings.LANGUAGES}
        filled = queue.filled(rows, (get_language() or "ru")[:2])
        return [
            {
                **row,
                "source_label": names.get(row["source_language"], "–"),
                "target_label": names[row["target"]],
            }
            for row in filled
        ]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the filter of languages."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return {
            **context,
            "targets": [(code, name) for code, name in settings.LANGUAGES],
            "target": self.request.GET.get("target", ""),
        }
