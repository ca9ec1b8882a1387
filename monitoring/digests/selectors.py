"""Reads of the room `digests`; the number of queries stands with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Value
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from monitoring.core import clock
from monitoring.core.sections import Section
from monitoring.core.text import kazakh_key
from monitoring.decisions.models import Decision, TaggedDecision
from monitoring.digests.expected import YEAR, how_often
from monitoring.digests.models import DigestRun
from monitoring.digests.queries import DECISION
from monitoring.institutions.models import Body
from monitoring.journal.models import Change
from monitoring.search import kinds
from monitoring.search.query import Query
from monitoring.vocabulary.models import Region, Topic


@dataclass(frozen=True)
class Choice:
    """One thing to follow: the form's value, its words, the group it stands under."""

    value: str
    label: str
    group: str = ""


def choices(language: str) -> list[Choice]:
    """Everything, each topic, each body with a page of its own, each region. Three queries."""
    with translation.override(language):
        found = [Choice("all", _("Everything: every change of laws and decisions"))]
        found += _sorted("topic", list(Topic.objects.all()), pgettext("facet", "Topic"), language)
        bodies = list(Body.objects.filter(has_page=True))
        found += _sorted("body", bodies, pgettext("facet", "Public body"), language)
        regions = list(Region.objects.all())
        return found + _sorted("region", regions, pgettext("facet", "Region"), language)


def _sorted(
    facet: str, rows: Sequence[Topic | Body | Region], group: str, language: str
) -> list[Choice]:
    key = {"topic": "slug", "body": "key", "region": "code"}[facet]
    named = [Choice(f"{facet}:{getattr(row, key)}", row.label_in(language), group) for row in rows]
    return sorted(named, key=lambda choice: kazakh_key(choice.label))


def latest_changes(language: str, limit: int = 3) -> list[kinds.Hit]:
    """What a mail would tell of now: the last announced changes that can still be read.

    Four queries at most.
    """
    recent = Change.objects.announced().order_by("-pk").values_list("subject", "subject_id")
    seen = list(dict.fromkeys(recent[:50]))
    shown: dict[tuple[str, int], kinds.Hit] = {}
    for name in dict.fromkeys(subject for subject, _pk in seen):
        kind = kinds.get(name)
        if kind is None:
            continue
        ids = [pk for subject, pk in seen if subject == name][:limit]
        visible = kind.visible(ids)
        hits = kind.hits([pk for pk in ids if pk in visible], language)
        shown.update({(name, pk): hit for pk, hit in hits.items()})
    return [shown[key] for key in seen if key in shown][:limit]


# -- sections: the form beside the content it concerns ------------------------------


def form_for_decisions(ids: Sequence[int], language: str) -> dict[int, Section]:
    """Under a decision: it, its topics, bodies, district, region, and how often it changed.

    One query for all.
    """
    name = f"name_{language}"
    rows = Decision.objects.filter(pk__in=ids)
    tagged = TaggedDecision.objects.filter(content_object__in=ids)
    through = Decision.bodies.through.objects.filter(decision__in=ids, body__has_page=True)
    year = clock.now() - YEAR
    told = Change.objects.announced().filter(subject="decision", subject_id__in=ids, at__gte=year)
    parts: list[QuerySet[Any, Any]] = [
        _part("topic", tagged, "content_object", "pk", "tag__slug", f"tag__{name}"),
        _part("body", through, "decision", "pk", "body__key", f"body__{name}"),
        *(
            _part(
                place,
                rows.exclude(**{place: None}),
                "pk",
                place,
                f"{place}__code",
                f"{place}__{name}",
            )
            for place in ("district", "region")
        ),
        told.order_by()
        .values("subject_id")
        .annotate(kind=Value("changes"), n=Count("pk"), key=Value(""), label=Value(""))
        .values_list("kind", "subject_id", "n", "key", "label"),
    ]
    with translation.override(language):
        this = _("This document")
    offered = {one: [Choice(f"{DECISION}:{one}", this)] for one in ids}
    changes: dict[int, int] = {}
    order = ("topic", "body", "district", "region")
    found = [row for row in parts[0].union(*parts[1:], all=True) if row[0] in order or row[2]]
    for kind, decision, number, key, label in sorted(
        found, key=lambda row: (row[0] in order and order.index(row[0]), row[2])
    ):
        if kind == "changes":
            changes[decision] = number
        else:
            offered[decision].append(Choice(f"{kind}:{key}", label))
    return {
        one: _form(offered[one], language, _of_this(changes.get(one, 0), language)) for one in ids
    }


def _part(kind: str, rows: Any, decision: str, pk: str, key: str, label: str) -> QuerySet[Any, Any]:
    """Rows (kind, decision, id, value in addresses, name), to be joined with others."""
    named: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(the_kind=Value(kind))
        .values_list("the_kind", decision, pk, key, label)
    )
    return named


def _of_this(count: int, language: str) -> str:
    """How often one document changed, before the address is asked."""
    with translation.override(language):
        return ngettext(
            "Our record holds %(count)d change of this document from the last 12 months.",
            "Our record holds %(count)d changes of this document from the last 12 months.",
            count,
        ) % {"count": count}


def form_for_bodies(ids: Sequence[int], language: str) -> dict[int, Section]:
    """On a body's page: the body, and about how often. Three queries for a body."""
    return {
        row.pk: _form(
            [Choice(f"body:{row.key}", row.label_in(language))],
            language,
            how_often(Query(filters=(("body", (row.key,)),)), language),
        )
        for row in Body.objects.filter(pk__in=ids)
    }


def form_for_search(ids: Sequence[int], language: str) -> dict[int, Section]:
    """After a list of results; the template takes the search from the request."""
    return {one: Section("digests/section.html", {"search": True}) for one in ids}


def form_for_home(ids: Sequence[int], language: str) -> dict[int, Section]:
    """On the home page: everything."""
    return {one: _form([], language) for one in ids}


def _form(offered: list[Choice], language: str, how_often: str = "") -> Section:
    with translation.override(language):
        everything = Choice("all", _("Everything: every change of laws and decisions"))
    return Section(
        "digests/section.html", {"choices": [*offered, everything], "how_often": how_often}
    )


def footer_link(ids: Sequence[int], language: str) -> dict[int, Section]:
    """In the footer: the way to the form."""
    with translation.override(language):
        link = {"group": "help", "label": _("Get e-mails"), "url": reverse("subscribe")}
    return {one: Section("", link) for one in ids}


def runs_for_operators(ids: Sequence[int], language: str) -> dict[int, Section]:
    """The last runs, on the page of delivery. One query."""
    runs = list(DigestRun.objects.for_lists()[:10])
    return {one: Section("digests/runs.html", {"runs": runs}) for one in ids}
