"""Rows of the record for tests; nothing here is a real act."""

from __future__ import annotations

import datetime as dt
from typing import Any

from monitoring.decisions.models import Deadline, DeadlineKind, Decision, DecisionKind, Stage
from monitoring.decisions.services import add_deadline, create_decision
from monitoring.institutions.models import Body, BodyKind
from monitoring.vocabulary.models import Status, Topic


def _named(name: str) -> dict[str, str]:
    return {"name_kk": f"{name} kk", "name_ru": f"{name} ru", "name_en": f"{name} en"}


def make_kind(key: str = "law", is_draft: bool = False) -> DecisionKind:
    defaults = {**_named(key), "is_draft": is_draft}
    return DecisionKind.objects.get_or_create(key=key, defaults=defaults)[0]


def make_stage(key: str = "adopted", order: int = 10, ends: bool = False) -> Stage:
    defaults = {**_named(key), "order": order, "ends": ends}
    return Stage.objects.get_or_create(key=key, defaults=defaults)[0]


def make_status(key: str = "in-force", ends: bool = False) -> Status:
    return Status.objects.get_or_create(key=key, defaults={**_named(key), "ends": ends})[0]


def make_topic(slug: str = "finance") -> Topic:
    return Topic.objects.get_or_create(slug=slug, defaults={**_named(slug), "name": slug})[0]


def make_body(key: str = "senate", **values: Any) -> Body:
    kind, _ = BodyKind.objects.get_or_create(key="chamber", defaults=_named("chamber"))
    return Body.objects.get_or_create(key=key, defaults={**_named(key), "kind": kind, **values})[0]


def make_decision(title: str = "Ауыл бюджеті туралы", **values: Any) -> Decision:
    values = {
        "kind": make_kind(),
        "date": dt.date(2024, 5, 31),
        "precision": "day",
        "number": "7",
        "editions": {"kk": {"title": title}},
        "public": True,
        **values,
    }
    return create_decision(**values)


def make_deadline_kind(
    key: str = "public-consultation", takes_comments: bool = True
) -> DeadlineKind:
    defaults = {**_named(key), "takes_comments": takes_comments}
    return DeadlineKind.objects.get_or_create(key=key, defaults=defaults)[0]


def make_deadline(decision: Decision, date: dt.date, **values: Any) -> Deadline:
    values = {
        "kind": make_deadline_kind(),
        "source": "https://legalacts.example.kz/1",
        "by": None,
        **values,
    }
    return add_deadline(decision=decision, date=date, **values)
