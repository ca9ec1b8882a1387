"""Choosing decisions in the admin: those that readers see, found as readers find them.

Rooms above put `DecisionChooser` on their fields, so that a text names the documents it is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet

from monitoring.decisions import selectors
from monitoring.decisions.models import Decision
from monitoring.search.query import Query
from monitoring.search.selectors import search

MOST = 100
"""Of the best hits; whoever needs another one types another word."""


class DecisionFilterForm(BaseFilterForm):
    """One box: a number, or words of the title in any of the languages."""

    q = forms.CharField(label=_("Number or title"), required=False, max_length=200)

    def filter(self, objects: Any) -> Any:
        """The best hits of the search; without words all, the newest first."""
        objects = super().filter(objects)
        self.search_query = self.cleaned_data.get("q") or ""
        if not self.search_query:
            return objects
        self.is_searching = True
        query = Query.parse(f"kind:decision {self.search_query}")
        found = search(query, (get_language() or "kk")[:2], size=MOST)
        return objects.filter(pk__in=[hit.id for hit in found.hits])


class _Public:
    """Only what readers see: a draft's title is nobody's business before it is published."""

    filter_form_class = DecisionFilterForm
    ordering = ("-sort_date", "-pk")

    def get_object_list(self) -> QuerySet[Decision]:
        """Public decisions with their titles, in three queries."""
        return selectors.for_rows(Decision.objects.public())

    def get_object(self, pk: str) -> Decision:
        """One of them. Raises Decision.DoesNotExist."""
        return self.get_object_list().get(pk=pk if pk.isdecimal() else 0)

    def get_objects(self, pks: Iterable[str]) -> QuerySet[Decision]:
        """Some of them."""
        return self.get_object_list().filter(pk__in=[pk for pk in pks if pk.isdecimal()])


class ChooseView(_Public, chooser.ChooseView):
    """The window."""


class ChooseResultsView(_Public, chooser.ChooseResultsView):
    """Its list alone, while one types."""


class ChosenView(_Public, chooser.ChosenView):
    """One was chosen."""


class ChosenMultipleView(_Public, chooser.ChosenMultipleView):
    """Several were chosen."""


class DecisionChooserViewSet(ChooserViewSet):
    """The window in which decisions are chosen; nothing is made there."""

    model = Decision
    icon = "doc-full"
    choose_one_text = _("Choose a decision")
    choose_another_text = _("Choose another decision")
    register_widget = False  # the record's own forms know drafts too
    per_page = 20
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView


decision_chooser = DecisionChooserViewSet("decision_chooser")
DecisionChooser = decision_chooser.widget_class
"""The widget of a field that names a decision."""
