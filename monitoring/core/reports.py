"""The shape of our reports in the admin: rows of several kinds in one list, fast when long.

The list is a query of light rows (`values`, often a union); only the rows of a page are filled with
titles, and an export fills them by the hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from wagtail.admin.views.reports import ReportView

_FORMULA = frozenset("=+-@\t\r")
"""With these a spreadsheet takes a text for a formula."""


class RowsReport(ReportView):
    """A report over light rows. A subclass names `rights` (one of them is enough), the columns,
    `get_queryset()` and `fill()`, which turns light rows into what the columns show."""

    rights: Sequence[str] = ()
    results_template_name = "wagtailadmin/reports/base_report_results.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refused to those without any of the rights."""
        if not any(request.user.has_perm(right) for right in self.rights):
            raise PermissionDenied
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def fill(self, rows: Sequence[Any]) -> list[Any]:
        """What the columns show, for the rows of a page, in as many queries as there are kinds."""
        raise NotImplementedError

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """The rows of the page, filled. An export needs no table."""
        return super().get_table([] if self.is_export else self.fill(list(object_list)))

    def decorate_paginated_queryset(self, object_list: Iterable[Any]) -> Iterable[Any]:
        """For an export: every row, filled by the hundred while the file is written."""
        return self._filled(object_list) if self.is_export else object_list

    def write_csv_response(self, queryset: Iterable[Any]) -> HttpResponse:
        """At once, not while the answer is sent: by then the person's language is forgotten."""
        response = HttpResponse(b"".join(self.stream_csv(queryset)), content_type="text/csv")
        response["Content-Disposition"] = f'attachment; filename="{self.get_filename()}.csv"'
        return response

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        """A row of the file; a title that a spreadsheet would run as a formula stays a title."""
        row = super().to_row_dict(item)
        return {
            name: f"'{value}" if isinstance(value, str) and value[:1] in _FORMULA else value
            for name, value in row.items()
        }

    def _filled(self, rows: Iterable[Any]) -> Iterator[Any]:
        left = iter(rows)
        while some := list(islice(left, 500)):
            yield from self.fill(some)
