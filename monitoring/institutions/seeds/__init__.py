"""What the room `institutions` is seeded with: kinds of body, bodies, events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitoring.core.dates import parse_partial
from monitoring.core.seeds import Report, apply, apply_rows, read
from monitoring.institutions.models import Body, BodyKind, Event, EventKind
from monitoring.institutions.services import set_event_sources
from monitoring.search.services import touch
from monitoring.vocabulary.models import Status

FOLDER = Path(__file__).parent
_TO_OTHERS = ("successor", "parent")


def seed(report: Report) -> None:
    """Write kinds, bodies and events; what follows a body once every body stands."""
    written = report.counts["written"]
    for name, model in (("body_kinds", BodyKind), ("bodies", Body)):
        rows = read(FOLDER / f"{name}.json")
        alone = [
            _lived({field: values[field] for field in values if field not in _TO_OTHERS})
            for values in rows
        ]
        apply_rows(report, f"institutions.{model.__name__.lower()}", model, "key", alone)
        for values in rows:
            for field in _TO_OTHERS:
                if values.get(field):
                    _lead(report, model, values["key"], field, values[field])
    if report.counts["written"] > written:
        touch("body", Body.objects.values_list("pk", flat=True))
    event_kinds = read(FOLDER / "event_kinds.json")
    apply_rows(report, "institutions.eventkind", EventKind, "key", event_kinds)
    for values in read(FOLDER / "events.json"):
        _event(report, values)


def _lived(values: dict[str, Any]) -> dict[str, Any]:
    wanted = dict(values)
    for field in ("date_from", "date_to"):
        if wanted.get(field):
            wanted[field], wanted[f"{field}_precision"] = parse_partial(wanted[field])
        else:
            wanted.pop(field, None)
    if isinstance(wanted.get("kind"), str):
        wanted["kind_id"] = BodyKind.objects.get(key=wanted.pop("kind")).pk
    return wanted


def _lead(
    report: Report, model: type[Body] | type[BodyKind], key: str, field: str, other: str
) -> None:
    """What follows a body, or what it is part of, once every body stands."""
    rows = model._default_manager.filter(key=key)
    meant = model._default_manager.get(key=other)

    def write() -> None:
        row = rows.get()
        setattr(row, field, meant)
        row.full_clean()
        row.save(update_fields=[field])

    apply(
        report,
        f"institutions.{model.__name__.lower()}.{field}:{key}",
        meant.key,
        lambda: rows.values_list(f"{field}__key", flat=True).first(),
        write,
    )


def _event(report: Report, values: dict[str, Any]) -> None:
    wanted = {field: values[field] for field in ("key", "name_kk", "name_ru", "name_en")}
    wanted |= {field: values[field] for field in ("precision", "verified", "note")}
    wanted["date"] = parse_partial(values["date"])[0]
    wanted["date_end"] = parse_partial(values["date_end"])[0] if values["date_end"] else None
    wanted["kind_id"] = EventKind.objects.get(key=values["kind"]).pk
    wanted["status_id"] = Status.objects.get(key=values["status"]).pk
    for field, model in (("body", Body), ("body_kind", BodyKind)):
        found = model._default_manager.filter(key=values[field]).first()
        wanted[f"{field}_id"] = found.pk if found else None
    apply_rows(report, "institutions.event", Event, "key", [wanted])
    event = Event.objects.filter(key=values["key"]).first()
    if event is None:
        return
    sources = [
        {"url": one["url"], **{f: one.get(f, "") for f in ("label_kk", "label_ru", "label_en")}}
        for one in values["sources"]
    ]
    apply(
        report,
        f"institutions.event.sources:{values['key']}",
        sources,
        lambda: list(event.sources.values("url", "label_kk", "label_ru", "label_en")) or None,
        lambda: set_event_sources(event=event, sources=sources),
    )
