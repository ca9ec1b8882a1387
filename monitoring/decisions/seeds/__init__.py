"""What the room `decisions` is seeded with: kinds, stages, and dated acts and bills since 1991."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from monitoring.core.dates import parse_partial
from monitoring.core.seeds import Report, apply, apply_rows, read
from monitoring.decisions.models import (
    DeadlineKind,
    Decision,
    DecisionAlias,
    DecisionKind,
    MotionKind,
    Relation,
    Stage,
    StageEvent,
)
from monitoring.decisions.relations import add_relation, between, remove_relation
from monitoring.decisions.seeds.procedures import seed_followed, seed_procedures
from monitoring.decisions.services import add_stage_event, create_decision, update_decision
from monitoring.decisions.versions import add_text_version, checked_text, versions_of
from monitoring.institutions.models import Body, Event
from monitoring.vocabulary.models import Status, Topic

FOLDER = Path(__file__).parent
LABELS = ("label_kk", "label_ru", "label_en")


def seed(report: Report) -> None:
    """Write the reference rows, the decisions, what leads from one to another, and their texts.

    Seeded decisions are public and announced to nobody: they are old.
    """
    for name, model in (
        ("kinds", DecisionKind),
        ("stages", Stage),
        ("deadlines", DeadlineKind),
        ("motions", MotionKind),
    ):
        apply_rows(report, f"decisions.{name}", model, "key", read(FOLDER / f"{name}.json"))
    seed_procedures(report)
    rows = read(FOLDER / "decisions.json")
    for values in rows:
        _decision(report, values)
    for values in rows:
        _relations(report, values)
    seed_followed(report)
    for values in read(FOLDER / "texts.json"):
        _text_version(report, values)


def _decision(report: Report, values: dict[str, Any]) -> None:
    wanted = {name: values[name] for name in _FACTS} | {
        "bodies": sorted(values["bodies"]),
        "topics": sorted(values["topics"]),
        "links": [
            [link["url"], *(link.get(label, "") for label in LABELS)] for link in values["links"]
        ],
        "stages": sorted(stage["key"] for stage in values["stages"]),
        "aliases": sorted(values["aliases"]),
    }
    apply(
        report,
        f"decisions.decision:{values['key']}",
        wanted,
        lambda: _as_seeded(values["key"]),
        lambda: _write(values),
    )


_FACTS = (
    "kind",
    "number",
    "register_number",
    "date",
    "precision",
    "status",
    "status_date",
    "verified",
    "note",
    "titles",
    "codes",
)


def _as_seeded(key: str) -> dict[str, Any] | None:
    """A decision in the shape of the seed file, as it stands now."""
    decision = Decision.objects.select_related("kind", "status").filter(key=key).first()
    if decision is None:
        return None
    return {
        "kind": decision.kind.key,
        "number": decision.adoption_number,
        "register_number": decision.register_number,
        "date": _text(decision.date),
        "precision": decision.precision,
        "status": decision.status.key if decision.status else "",
        "status_date": _text(decision.status_date),
        "verified": decision.verified,
        "note": decision.note,
        "titles": {edition.language: edition.title for edition in decision.editions.all()},
        "codes": dict(decision.codes.values_list("collection", "value")),
        "bodies": sorted(decision.bodies.values_list("key", flat=True)),
        "topics": sorted(decision.topics.values_list("slug", flat=True)),
        "links": [
            [getattr(link, name) for name in ("url", *LABELS)] for link in decision.links.all()
        ],
        "stages": sorted(decision.stage_events.exclude(key=None).values_list("key", flat=True)),
        "aliases": sorted(decision.aliases.values_list("key", flat=True)),
    }


def _text(date: Any) -> str:
    return date.isoformat() if date else ""


def _date(text: str) -> Any:
    return parse_partial(text)[0] if text else None


def _write(values: dict[str, Any]) -> None:
    facts = {
        "kind": DecisionKind.objects.get(key=values["kind"]),
        "register_number": values["register_number"],
        "date": _date(values["date"]),
        "precision": values["precision"],
        "status": Status.objects.get(key=values["status"]),
        "status_date": _date(values["status_date"]),
        "verified": values["verified"],
        "note": values["note"],
        "bodies": list(Body.objects.filter(key__in=values["bodies"])),
        "topics": list(Topic.objects.filter(slug__in=values["topics"])),
        "links": values["links"],
        "codes": values["codes"],
    }
    source = values["links"][0]["url"] or values["links"][0]["label_en"]
    decision = Decision.objects.filter(key=values["key"]).first()
    if decision is None:
        decision = create_decision(
            key=values["key"],
            number=values["number"],
            editions={code: {"title": title} for code, title in values["titles"].items()},
            source=source,
            public=True,
            announce=False,
            **facts,
        )
    else:
        update_decision(
            decision=decision,
            source=source,
            announce=False,
            adoption_number=values["number"],
            **facts,
        )
        for edition in decision.editions.all():
            title = values["titles"][edition.language]
            if edition.title != title:
                edition.title = title
                edition.save_revision().publish(skip_permission_checks=True)
    for alias in values["aliases"]:
        DecisionAlias.objects.get_or_create(key=alias, defaults={"decision": decision})
    for stage in values["stages"]:
        _stage(decision, stage)


def _stage(decision: Decision, values: dict[str, Any]) -> None:
    if StageEvent.objects.filter(key=values["key"]).exists():
        return
    add_stage_event(
        decision=decision,
        key=values["key"],
        stage=Stage.objects.get(key=values["stage"]),
        date=_date(values["date"]),
        precision=values["precision"],
        body=Body.objects.filter(key=values["body"]).first() if values.get("body") else None,
        number=values.get("number", ""),
        titles=values.get("titles"),
        url=values["url"],
        verified=values["verified"],
        note=values.get("note", ""),
        announce=False,
    )


def _relations(report: Report, values: dict[str, Any]) -> None:
    decision = Decision.objects.filter(key=values["key"]).first()
    if decision is None:
        return
    if values["events"]:
        apply(
            report,
            f"decisions.events:{values['key']}",
            sorted(values["events"]),
            lambda: _events(decision, values["events"]),
            lambda: _put_events(decision, values["events"]),
        )
    if values["relations"]:
        apply(
            report,
            f"decisions.relation:{values['key']}",
            values["relations"],
            lambda: _related(decision, values["relations"]),
            lambda: _relate(decision, values["relations"]),
        )


def _events(decision: Decision, wanted: list[str]) -> list[str] | None:
    """Of the events that the seed names, those that the decision has; None if it has none."""
    return sorted(decision.events.filter(key__in=wanted).values_list("key", flat=True)) or None


def _put_events(decision: Decision, wanted: list[str]) -> None:
    events = Event.objects.filter(key__in=wanted)
    kept = decision.events.exclude(pk__in=events)
    update_decision(decision=decision, announce=False, events=[*kept, *events])


def _related(decision: Decision, wanted: dict[str, str]) -> dict[str, str] | None:
    """What the decision is to those that the seed names, by their keys; None if nothing."""
    there: dict[str, str] = {}
    for target in Decision.objects.filter(key__in=wanted):
        stands = between(decision, target)
        if stands and not _is_vague(stands, wanted[str(target.key)]):
            there[str(target.key)] = stands.kind
    return there or None


def _is_vague(relation: Relation, kind: str) -> bool:
    """Carried over from when two documents could only be "related", and said by nobody since."""
    said = relation.by_id or relation.source
    return relation.kind == Relation.Kind.RELATED != kind and not said


def _relate(decision: Decision, wanted: dict[str, str]) -> None:
    for target in Decision.objects.filter(key__in=wanted):
        kind = wanted[str(target.key)]
        stands = between(decision, target)
        if stands and _is_vague(stands, kind):
            remove_relation(relation=stands, announce=False)
            stands = None
        if stands is None:
            add_relation(subject=decision, kind=kind, target=target, announce=False)


def _text_version(report: Report, values: dict[str, Any]) -> None:
    """An official excerpt, for the decision that the seed itself made."""
    decision = Decision.objects.filter(key=values["decision"]).first()
    if decision is None:
        return
    day = dt.date.fromisoformat(values["valid_from"])
    name = f"{values['decision']}.{values['valid_from']}.{values['language']}"
    text = (FOLDER / "texts" / f"{name}.txt").read_text(encoding="utf-8")

    def current() -> str | None:
        rows = versions_of(decision).of(values["language"])
        return next((row.sha256 for row in rows if row.valid_from == day), None)

    def write() -> None:
        add_text_version(
            decision=decision,
            language=values["language"],
            valid_from=day,
            text=text,
            source=values["source"],
            is_whole=False,
            announce=False,
        )

    wanted = hashlib.sha256(checked_text(text).encode()).hexdigest()
    apply(report, f"decisions.text:{name}", wanted, current, write)
