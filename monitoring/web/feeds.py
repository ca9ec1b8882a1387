"""Atom: what changed in the record, one feed a language."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from monitoring.core import clock
from monitoring.decisions import selectors
from monitoring.decisions.models import Decision, Stage
from monitoring.decisions.publication import SUBJECT
from monitoring.decisions.wording import sentence
from monitoring.journal.models import Change
from monitoring.web.ready_texts import deadline_in_words

LENGTH = 50


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """The latest changes of decisions that are public now, newest first: three queries."""
    language = (get_language() or "kk")[:2]
    home = request.build_absolute_uri(reverse("decision_list"))
    host = urlsplit(home).hostname
    feed = Atom1Feed(
        title=gettext("Laws and decisions: what changed"),
        link=home,
        description=None,
        language=language,
        feed_url=request.build_absolute_uri(request.path),
        feed_guid=f"tag:{host},2026:decisions/{language}",
    )
    public = Decision.objects.public().values("pk")
    latest = Change.objects.announced().filter(subject=SUBJECT, subject_id__in=public)
    stages = {stage.key: stage for stage in Stage.objects.all()}
    for change in latest.order_by("-pk")[:LENGTH]:
        feed.add_item(
            title=change.titles[language],
            link=request.build_absolute_uri(change.addresses[language]),
            description=sentence(change, language, stages),
            pubdate=change.at,
            updateddate=change.at,
            unique_id=f"tag:{host},2026:change/{change.pk}/{language}",
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """Deadlines that have not passed, the last announced first: three queries."""
    language = (get_language() or "kk")[:2]
    home = request.build_absolute_uri(reverse("decision_list"))
    host = urlsplit(home).hostname
    feed = Atom1Feed(
        title=gettext("Deadlines on laws and decisions"),
        link=home,
        description=None,
        language=language,
        feed_url=request.build_absolute_uri(request.path),
        feed_guid=f"tag:{host},2026:deadlines/{language}",
    )
    now = clock.now()
    rows = selectors.open_deadlines(now, LENGTH)
    for row in sorted(rows, key=lambda one: one.updated_at, reverse=True):
        shown = selectors.shown_deadline(row, language, now)
        feed.add_item(
            title=f"{deadline_in_words(shown, language)}. {shown['title']}",
            link=request.build_absolute_uri(shown["address"]),
            description=shown["how"],
            pubdate=row.updated_at,
            updateddate=row.updated_at,
            unique_id=f"tag:{host},2026:deadline/{row.pk}/{row.version}/{language}",
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
