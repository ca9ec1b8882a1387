"""Atom: what changed in the record and what deadlines it holds, one feed a language."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core import clock
from monitoring.core.feeds import LENGTH, Entry, atom
from monitoring.decisions import selectors
from monitoring.decisions.models import Decision, Stage
from monitoring.decisions.publication import SUBJECT
from monitoring.decisions.wording import others_named, sentence
from monitoring.evidence.selectors import chain_head
from monitoring.journal.models import Change
from monitoring.web.ready_texts import deadline_in_words


def _mark(change: Change, language: str) -> str:
    """That nothing says yet what changes for residents; empty where something does."""
    texts: dict[str, dict[str, str]] = change.after.get("editions", {})
    text = texts.get(language) or next(iter(texts.values()), {})
    return (
        "" if text.get("summary") or not change.after else gettext("The summary is in preparation.")
    )


@require_safe
def changes(request: HttpRequest) -> HttpResponseBase:
    """The latest changes of decisions that are public now, newest first: at most six queries."""
    language = (get_language() or "kk")[:2]
    public = Decision.objects.public().values("pk")
    announced = Change.objects.announced().filter(subject=SUBJECT, subject_id__in=public)
    latest = list(announced.order_by("-pk")[:LENGTH])
    others = others_named(latest)
    stages = {stage.key: stage for stage in Stage.objects.all()}
    entries = [
        Entry(
            key=f"change/{change.pk}",
            title=change.titles[language],
            address=change.addresses[language],
            summary=" ".join(
                filter(None, (sentence(change, language, stages, others), _mark(change, language)))
            ),
            published=change.at,
            updated=change.at,
        )
        for change in latest
    ]
    return atom(
        request,
        key="decisions",
        title=gettext("Laws and decisions: what changed"),
        address=reverse("decision_list"),
        entries=entries,
        evidence=chain_head(),
    )


@require_safe
def deadlines(request: HttpRequest) -> HttpResponseBase:
    """Deadlines that have not passed, the last announced first: three queries."""
    language = (get_language() or "kk")[:2]
    now = clock.now()
    rows = selectors.open_deadlines(now, LENGTH)
    entries = []
    for row in sorted(rows, key=lambda one: one.updated_at, reverse=True):
        shown = selectors.shown_deadline(row, language, now)
        entries.append(
            Entry(
                key=f"deadline/{row.pk}/{row.version}",
                title=f"{deadline_in_words(shown, language)}. {shown['title']}",
                address=shown["address"],
                summary=shown["how"],
                published=row.updated_at,
                updated=row.updated_at,
            )
        )
    return atom(
        request,
        key="deadlines",
        title=gettext("Deadlines on laws and decisions"),
        address=reverse("decision_list"),
        entries=entries,
    )
