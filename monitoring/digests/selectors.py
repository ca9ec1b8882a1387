"""Reads of the room `digests`; the number of queries stands with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Value
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from monitoring.core.sections import Section
from monitoring.core.text import kazakh_key
from monitoring.decisions.models import Decision, TaggedDecision
from monitoring.digests.models import DigestRun
from monitoring.institutions.models import Body
from monitoring.journal.models import Change
from monitoring.search import kinds
from monitoring.vocabulary.models import Topic


@dataclass(frozen=True)
class Choice:
    """One thing to follow: the form's value, its words, the group it stands under."""

    value: str
    label: str
    group: str = ""


def choices(language: str) -> list[Choice]:
    """Everything, each topic, each body with a page of its own. Two queries."""
    with translation.override(language):
        found = [Choice("all", _("Everything: every change of laws and decisions"))]
        found += _sorted("topic", list(Topic.objects.all()), pgettext("facet", "Topic"), language)
        bodies = list(Body.objects.filter(has_page=True))
        return found + _sorted("body", bodies, pgettext("facet", "Public body"), language)


def _sorted(facet: str, rows: Sequence[Topic | Body], group: str, language: str) -> list[Choice]:
    named = [
        Choice(
            f"{facet}:{row.slug if isinstance(row, Topic) else row.key}",
            row.label_in(language),
            group,
        )
        for row in rows
    ]
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
    """Under a decision: its topics, then its bodies. One query for all."""
    name = f"name_{language}"
    tagged = TaggedDecision.objects.filter(content_object__in=ids)
    topics = tagged.annotate(kind=Value("topic"), decided=F("content_object"))
    through = Decision.bodies.through.objects.filter(decision__in=ids, body__has_page=True)
    bodies = through.annotate(kind=Value("body"), decided=F("decision"))
    found = topics.values_list("kind", "decided", "pk", "tag__slug", f"tag__{name}").union(
        bodies.values_list("kind", "decided", "pk", "body__key", f"body__{name}"), all=True
    )
    offered: dict[int, list[Choice]] = {one: [] for one in ids}
    for kind, decision, _pk, key, label in sorted(
        found, key=lambda row: (row[0] == "body", row[2])
    ):
        offered[decision].append(Choice(f"{kind}:{key}", label))
    return {one: _form(choices, language) for one, choices in offered.items()}


def form_for_bodies(ids: Sequence[int], language: str) -> dict[int, Section]:
    """On a body's page: the body. One query for all."""
    rows = Body.objects.filter(pk__in=ids)
    return {
        row.pk: _form([Choice(f"body:{row.key}", row.label_in(language))], language) for row in rows
    }


def form_for_search(ids: Sequence[int], language: str) -> dict[int, Section]:
    """After a list of results; the template takes the search from the request."""
    return {one: Section("digests/section.html", {"search": True}) for one in ids}


def form_for_home(ids: Sequence[int], language: str) -> dict[int, Section]:
    """On the home page: everything."""
    return {one: _form([], language) for one in ids}


def _form(offered: list[Choice], language: str) -> Section:
    with translation.override(language):
        everything = Choice("all", _("Everything: every change of laws and decisions"))
    return Section("digests/section.html", {"choices": [*offered, everything]})


def footer_link(ids: Sequence[int], language: str) -> dict[int, Section]:
    """In the footer: the way to the form."""
    with translation.override(language):
        link = {"group": "help", "label": _("Get e-mails"), "url": reverse("subscribe")}
    return {one: Section("", link) for one in ids}


def runs_for_operators(ids: Sequence[int], language: str) -> dict[int, Section]:
    """The last runs, on the page of delivery. One query."""
    runs = list(DigestRun.objects.select_related("closed_by")[:10])
    return {one: Section("digests/runs.html", {"runs": runs}) for one in ids}
