"""The report on organisations whose present membership nobody has confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn

from coalition.registry.models import Organisation, Standing
from coalition.registry.seeds import EXAMPLE
from monitoring.core.dates import short_date
from monitoring.core.reports import RowsReport

RIGHT = "registry.add_standing"


def to_confirm() -> Any:
    """Founders of 2005 and others whose membership today is not confirmed, nor ended; in order."""
    open_kinds = (Standing.Kind.FOUNDER, Standing.Kind.UNCONFIRMED)
    rows = Organisation.objects.with_standing().filter(
        Q(standing_kind__in=open_kinds) | Q(standing_kind=None)
    )
    if settings.DEMO_LOGINS:  # the volunteer's example waits for nobody's confirmation
        rows = rows.exclude(name_kk=EXAMPLE["name_kk"])
    return rows.order_by("number", "pk")


class ConfirmColumn(Column):
    """The one click: a new step in the organisation's standing."""

    cell_template_name = "registry/admin/confirm_cell.html"


class OrganisationsToConfirm(RowsReport):
    """Organisations to write to, with who already writes for them."""

    rights = (RIGHT,)
    page_title = gettext_lazy("Organisations to confirm")
    header_icon = "group"
    index_url_name = "organisations_to_confirm"
    index_results_url_name = "organisations_to_confirm_results"
    export_filename = "organisations-to-confirm"
    columns = [
        TitleColumn(
            "title",
            label=gettext_lazy("organisation"),
            get_url=lambda row: row["url"],
            accessor="title",
        ),
        Column("place", label=gettext_lazy("place"), accessor="place"),
        Column("standing", label=gettext_lazy("standing"), accessor="standing"),
        Column("since", label=gettext_lazy("since"), accessor="since_shown"),
        Column("people", label=gettext_lazy("representatives"), accessor="people"),
        ConfirmColumn("act", label="", accessor="confirm_url"),
    ]
    list_export = ["number", "title", "place", "standing", "since", "people"]
    export_headings = {
        "number": gettext_lazy("number in the list of 2005"),
        "title": gettext_lazy("organisation"),
        "place": gettext_lazy("place"),
        "standing": gettext_lazy("standing"),
        "since": gettext_lazy("since"),
        "people": gettext_lazy("representatives"),
    }

    def get_queryset(self) -> Any:
        """Organisations with their newest standing and the number of their representatives."""
        return to_confirm().annotate(
            people=Count("representatives", filter=Q(representatives__until=None))
        )

    def fill(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Names in the reader's language; no query."""
        language = (get_language() or "ru")[:2]
        kinds = dict(Standing.Kind.choices)
        return [
            {
                "pk": one.pk,
                "number": one.number,
                "title": one.short_name(language),
                "place": one.place(language),
                "standing": str(kinds.get(one.standing_kind, "–")),
                "since": one.standing_since,
                "since_shown": short_date(one.standing_since) or "–",
                "people": one.people,
                "url": reverse("organisation:edit", args=[one.pk]),
                "confirm_url": f"{reverse('standing:add')}?organisation={one.pk}&kind=confirmed",
            }
            for one in rows
        ]
