"""The room's records in the admin."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.viewsets.base import ViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from monitoring.core.two_editors import RecordEditView
from monitoring.decisions.fields import DecisionField
from monitoring.indicators.models import BudgetCard, Indicator, RuralDistrict
from monitoring.indicators.sheet import BUDGETS
from monitoring.intake.sheet.views import viewset


class ActField(DecisionField):
    """One act of the record, shown by the address by which it is found again."""

    def prepare_value(self, value: Any) -> Any:
        """The address of the act with that id, or what was typed."""
        if isinstance(value, int):
            return reverse("decisions:edit", args=[value])
        return value


class _Record(SnippetViewSet):
    """A plain record: a newer save is not overwritten."""

    edit_view_class = RecordEditView
    icon = "site"
    copy_view_enabled = False


class RuralDistrictViewSet(_Record):
    """Rural districts."""

    model = RuralDistrict
    list_display = ("__str__", "district")
    panels = [FieldPanel(name) for name in ("code", "district", "name_kk", "name_ru", "name_en")]


class BudgetCardForm(WagtailAdminModelForm):
    """A card; the act that set the budget is named as people name it."""

    act = ActField(label=_("act"), required=False)


class BudgetCardViewSet(_Record):
    """Budgets by year."""

    model = BudgetCard
    menu_label = _("budgets of rural districts")
    list_display = ("__str__", "year", "verified")
    list_filter = ("year", "verified")
    edit_handler = ObjectList(
        [
            FieldPanel(name)
            for name in (
                "rural", "year", "plan", "own_revenue", "transfers", "act", "act_words", "source",
                "verified",
            )
        ],
        base_form_class=BudgetCardForm,
    )  # fmt: skip


class IndicatorViewSet(_Record):
    """Published figures."""

    model = Indicator
    panels = [
        FieldPanel(name)
        for name in (
            "key", "name_kk", "name_ru", "name_en", "value", "qualifier", "unit_kk", "unit_ru",
            "unit_en", "year", "region", "source_kk", "source_ru", "source_en", "verified", "note",
            "order",
        )
    ]  # fmt: skip


for one in (RuralDistrictViewSet, BudgetCardViewSet, IndicatorViewSet):
    register_snippet(one)


@hooks.register("register_admin_viewset")
def budgets_sheet() -> ViewSet:
    """Budgets as a table."""
    return viewset(BUDGETS, 206)
