"""Public pages of how decisions are made: the procedures, and the steps of each."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from monitoring.core import clock
from monitoring.decisions.models import Procedure, ProcedureStep
from monitoring.web.views import _host, _language, alternates


@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    """Every procedure, those in force first. One query."""
    today = clock.today()
    found = sorted(
        Procedure.objects.all(), key=lambda one: bool(one.date_to and one.date_to <= today)
    )
    rows = [{"procedure": one, "ended": one.date_to and one.date_to <= today} for one in found]
    context = {"rows": rows, "alternates": alternates("procedures")}
    return render(request, "web/procedures.html", context)


@require_safe
def procedure(request: HttpRequest, key: str) -> HttpResponse:
    """One procedure: each step with who acts, the legal term and its source. Two queries."""
    language = _language()
    steps = ProcedureStep.objects.select_related("stage", "body", "body_kind")
    found = get_object_or_404(Procedure.objects.prefetch_related(Prefetch("steps", steps)), key=key)
    context = {
        "procedure": found,
        "source_host": _host(found.source),
        "is_confirmed": found.verified in ("yes", "partly"),
        "steps": [
            {
                "label": step.stage.label_in(language),
                "who": step.who_in(language),
                "note": step.note_in(language),
                "term": said_term(step),
                "law": step.law_in(language) or _host(step.url),
                "url": step.url,
                "confirmed": step.confirmed,
                "may_skip": step.may_skip,
            }
            for step in found.steps.all()
        ],
        "alternates": alternates("procedure", key),
    }
    return render(request, "web/procedure.html", context)


def said_term(step: ProcedureStep) -> str:
    """«60 күнге дейін»; empty where no term was found."""
    number: Any = step.term
    if not number:
        return ""
    if step.unit == ProcedureStep.Unit.MONTHS:
        words = ngettext("within %(n)s month", "within %(n)s months", number)
    elif step.unit == ProcedureStep.Unit.WORKING_DAYS:
        words = ngettext("within %(n)s working day", "within %(n)s working days", number)
    else:
        words = ngettext("within %(n)s day", "within %(n)s days", number)
    return f"{words % {'n': number}} {gettext('after the step before')}"
