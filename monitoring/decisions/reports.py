"""The report on what was not compared with its source for fourteen days, and its one click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_required
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.log_actions import log

from monitoring.core.dates import short_date
from monitoring.core.reports import RowsReport
from monitoring.decisions import selectors, upkeep
from monitoring.decisions.models import Decision
from monitoring.decisions.services import note_checked
from monitoring.evidence.models import Source


class CheckedColumn(Column):
    """A button that says: compared today, nothing to change."""

    cell_template_name = "decisions/admin/checked_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        """With the token that the form carries."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "csrf_token": get_token(parent_context["request"])}


class UncheckedReport(RowsReport):
    """Decisions on their way and sources, the longest unseen first."""

    rights = ("decisions.change_decision", "evidence.change_source")
    page_title = gettext_lazy("Not checked for 14 days")
    header_icon = "time"
    index_url_name = "unchecked_report"
    index_results_url_name = "unchecked_report_results"
    export_filename = "not-checked"
    columns = [
        TitleColumn(
            "title", label=gettext_lazy("title"), get_url=lambda row: row["url"], accessor="title"
        ),
        Column("kind", label=gettext_lazy("what it is"), accessor="kind_label"),
        Column("last", label=gettext_lazy("last checked"), accessor="last_shown"),
        CheckedColumn("act", label="", accessor="check_url"),
    ]
    list_export = ["title", "kind_label", "last", "address"]
    export_headings = {
        "title": gettext_lazy("title"),
        "kind_label": gettext_lazy("what it is"),
        "last": gettext_lazy("last checked"),
        "address": gettext_lazy("address"),
    }

    def get_queryset(self) -> Any:
        """Light rows; `?kind=source` or `?kind=decision` keeps one kind."""
        return upkeep.unchecked_rows(self.request.GET.get("kind", ""))

    def fill(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Titles and addresses: at most five queries, whatever the number of rows."""
        ids = {
            kind: [r["pk"] for r in rows if r["thing"] == kind] for kind in ("decision", "source")
        }
        language = (get_language() or "ru")[:2]
        shown = selectors.for_rows(Decision.objects.filter(pk__in=ids["decision"]))
        decisions = {one.pk: one for one in shown.prefetch_related("links")}
        sources = Source.objects.in_bulk(ids["source"])
        filled = []
        for row in rows:
            if row["thing"] == "decision":
                decision = decisions[row["pk"]]
                links = [link.url for link in decision.links.all() if link.url]
                more = {
                    "title": decision.title_in(language) or decision.naming(language),
                    "kind_label": decision.naming(language),
                    "url": reverse("decisions:edit", args=[decision.pk]),
                    "address": links[0] if links else "",
                    "check_url": reverse("decision_checked", args=[decision.pk]) if links else "",
                }
            else:
                source = sources[row["pk"]]
                more = {
                    "title": source.name,
                    "kind_label": _("source"),
                    "url": reverse("source_state", args=[source.pk]),
                    "address": source.url,
                    "check_url": "",
                }
            filled.append({**row, **more, "last_shown": short_date(row["last"]) or "–"})
        return filled


@require_POST
@permission_required("decisions.change_decision")
def decision_checked(request: HttpRequest, pk: int) -> HttpResponse:
    """Compared with its source today; leads back to the report."""
    decision = get_object_or_404(Decision, pk=pk)
    if note_checked(decision=decision, by=request.user):
        log(instance=decision, action="decisions.checked", user=request.user)
        messages.success(request, _("Noted: compared with its source today."))
    else:
        messages.error(request, _("The decision names no source yet. Add one, then compare."))
    return redirect("unchecked_report")
