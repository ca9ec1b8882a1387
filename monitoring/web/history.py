"""The page of a record's own history: what changed here and when, where each value is from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from monitoring.decisions.history import history, provenance
from monitoring.decisions.models import Decision
from monitoring.decisions.publication import SUBJECT
from monitoring.journal.selectors import corrections_of
from monitoring.web.views import alternates, leads_on


@require_safe
@leads_on
def decision_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every change of a public decision in words; at most nine queries, however many there are."""
    language = (get_language() or "kk")[:2]
    found = get_object_or_404(
        Decision.objects.public().select_related("kind").prefetch_related("editions"), pk=pk
    )
    context = {
        "decision": found,
        "title": found.title_in(language) or found.naming(language),
        "address": found.address_in(language),
        "history": history(found, language, corrections_of(SUBJECT, found.pk)),
        "provenance": provenance(found, language),
        "alternates": alternates("decision_history", found.pk),
    }
    return render(request, "web/history.html", context)
