"""What sources say otherwise than the record, where an editor's words stand: a person compares.

- `GET /admin/candidates/changed/?p=`
- `POST /admin/candidates/changed/<id>/`
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from monitoring.decisions.models import Edition
from monitoring.intake.models import Revision, RevisionLook

PAGE = 50
NAMES = {
    "title": gettext_lazy("title"),
    "link": gettext_lazy("link"),
    "summary": gettext_lazy("text"),
    "published_at": gettext_lazy("date"),
    "number": pgettext_lazy("of a document", "number"),
    "status": gettext_lazy("status"),
    "date": pgettext_lazy("of a document", "date"),
    "deadline": gettext_lazy("deadline"),
    "mark": gettext_lazy("words of the document"),
}


@dataclass(frozen=True)
class Compared:
    """One change as it is shown; `lines` are (name, what the source said, what it says now)."""

    revision: Revision
    decision: int | None
    title: str
    lines: tuple[tuple[str, str, str], ...]


@require_safe
@permission_required("intake.view_candidate")
def changed(request: HttpRequest) -> HttpResponse:
    """Changes that wait for a person, the newest first: five queries."""
    texts = Prefetch("candidate__decision__editions", Edition.objects.filter(live=True))
    rows = (
        Revision.objects.waiting()
        .select_related("candidate__source", "candidate__decision__kind")
        .prefetch_related(texts)
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("p"))
    language = (get_language() or "kk")[:2]
    context = {
        "page": page,
        "rows": [_compared(one, language) for one in page.object_list],
        "may_decide": request.user.has_perm("intake.change_candidate"),
    }
    return render(request, "intake/changed.html", context)


def _compared(revision: Revision, language: str) -> Compared:
    decision = revision.candidate.decision
    title = decision.title_in(language) or decision.naming(language) if decision else ""
    lines = tuple(
        (
            str(NAMES.get(name, name)),
            *(
                ("", _("They are others than before: compare the saved copies."))
                if name == "mark"  # a hash says nothing to a person
                else (str(revision.before.get(name, "")), str(now))
            ),
        )
        for name, now in revision.after.items()
    )
    return Compared(revision, decision.pk if decision else None, title, lines)


@require_POST
@permission_required("intake.change_candidate")
def compared(request: HttpRequest, pk: int) -> HttpResponse:
    """A person has compared: the change leaves the list, once, whoever presses."""
    revision = get_object_or_404(Revision, pk=pk, outcome=Revision.Outcome.PROPOSED)
    _look, made = RevisionLook.objects.get_or_create(
        revision=revision, defaults={"by": request.user}
    )
    if made:
        messages.success(request, _("Noted: you have compared this change."))
    else:
        messages.warning(request, _("A colleague has compared this change already."))
    return redirect("revisions")
