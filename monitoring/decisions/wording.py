"""A change of a decision in a sentence: for the feed, mails and the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import get_language, gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from monitoring.core.dates import long_date
from monitoring.core.text import month_dative
from monitoring.decisions import relations
from monitoring.decisions.models import Decision, Edition, Stage
from monitoring.journal.models import Change

FIELDS = {
    "kind": _("kind of document"),
    "number": _("number"),
    "register_number": _("number in the register of acts"),
    "date": _("date"),
    "status": _("status"),
    "status_date": _("status since"),
    "source_status": _("status by the source"),
    "verified": _("how sure"),
    "region": _("region"),
    "district": _("district"),
    "bodies": _("public bodies"),
    "topics": _("topics"),
    "links": _("sources"),
    "codes": _("codes"),
    "deadlines": _("deadlines"),
    "relations": _("related documents"),
    "procedures": _("procedure"),
    "texts": _("wording of the act"),
    "votes": pgettext_lazy("of a body", "votes"),
}
"""Names of what a change may touch, as `publication.picture` keys them."""
IN_LANGUAGE = {"kk": _("in Kazakh"), "ru": _("in Russian"), "en": _("in English")}


def others_named(changes: Iterable[Change]) -> dict[int, Decision]:
    """The public decisions that changes of relations name, by id; two queries, or none."""
    ids = {one["other"] for change in changes for one in relations.added(change)}
    if not ids:
        return {}
    texts = Prefetch("editions", Edition.objects.filter(live=True))
    return (
        Decision.objects.public().select_related("kind").prefetch_related(texts).in_bulk(list(ids))
    )


def sentence(
    change: Change,
    language: str,
    stages: Mapping[str, Stage] | None = None,
    others: Mapping[int, Decision] | None = None,
) -> str:
    """What happened, in the reader's language: «Жаңа кезең: Қабылданды, 2021 ж. 24 мамыр».

    Queries for the names of stages and related decisions unless `stages` (by key) and `others`
    (of `others_named`) are given: give them for a list.
    """
    with override(language):
        if change.kind == Change.Kind.STAGE:
            return _stage(change, language, stages)
        if change.kind == Change.Kind.EDITION:
            return _edition(change)
        if change.kind == Change.Kind.DEADLINE:
            return _deadline(change, language)
        if change.kind == Change.Kind.RELATION:
            return _relation(change, others)
        if change.kind == Change.Kind.UPDATED:
            return _updated(change)
        return change.get_kind_display()


def _stage(change: Change, language: str, stages: Mapping[str, Stage] | None) -> str:
    known = {event["id"] for event in change.before.get("stages", [])}
    added = [event for event in change.after.get("stages", []) if event["id"] not in known]
    if stages is None:
        stages = Stage.objects.in_bulk([event["stage"] for event in added], field_name="key")
    said = []
    for event in added:
        stage = stages.get(event["stage"])
        date = dt.date.fromisoformat(event["date"]) if event["date"] else None
        when = long_date(date, event["precision"], language)
        name = stage.label_in(language) if stage else event["stage"]
        said.append(f"{name}, {when}" if when else name)
    return f"{change.get_kind_display()}: {'; '.join(said)}" if said else _updated(change)


def _edition(change: Change) -> str:
    before, after = change.before.get("editions", {}), change.after.get("editions", {})
    changed = [code for code in after if after[code] != before.get(code)]
    gone = [code for code in before if code not in after]
    if not changed and gone:
        return gettext("Text removed: %(languages)s") % {"languages": _languages(gone)}
    new = all(code not in before for code in changed)
    said = gettext("New text: %(languages)s") if new else gettext("Text corrected: %(languages)s")
    return said % {"languages": _languages(changed)}


def _deadline(change: Change, language: str) -> str:
    before = {one["id"]: one for one in change.before.get("deadlines", [])}
    after = {one["id"]: one for one in change.after.get("deadlines", [])}
    changed = [one for pk, one in after.items() if one != before.get(pk)]
    if not changed:
        return gettext("Deadline removed") if before.keys() - after.keys() else _updated(change)
    return f"{change.get_kind_display()}: {', '.join(day_of(one, language) for one in changed)}"


def _relation(change: Change, others: Mapping[int, Decision] | None) -> str:
    """«Returned as: TITLE», named only while a reader may see the other document."""
    new = relations.added(change)
    if not new:
        return gettext("Relation to another document removed")
    named = others_named([change]) if others is None else others
    return related(new, named, (get_language() or "kk")[:2])


def related(new: Iterable[Mapping[str, Any]], others: Mapping[int, Decision], language: str) -> str:
    """«Returned as: TITLE; Amends: TITLE»: relations of a picture, by their word alone where the
    other document is not among `others`; in the language that is active."""
    said = []
    for one in new:
        words = str(relations.WORDS[one["kind"], one["is_subject"]])
        other = others.get(one["other"])
        title = (other.title_in(language) or other.naming(language)) if other else ""
        said.append(f"{words}: {title}" if title else words)
    return "; ".join(dict.fromkeys(said))


def day_of(deadline: Mapping[str, Any], language: str) -> str:
    """The day of a deadline in a picture; «…24 қарашаға дейін» where opinions are taken."""
    day = dt.date.fromisoformat(deadline["date"])
    return until(day, language) if deadline.get("until") else long_date(day, "day", language)


def until(day: dt.date, language: str) -> str:
    """«2026 ж. 24 қарашаға дейін», "до 24 ноября 2026 г.", "until 24 November 2026"."""
    if language == "kk":
        return f"{day.year}\u00a0ж. {day.day}\u00a0{month_dative(day.month)} дейін"
    return f"{'до' if language == 'ru' else 'until'} {long_date(day, 'day', language)}"


def _languages(codes: list[str]) -> str:
    return ", ".join(str(IN_LANGUAGE.get(code, code)) for code in codes)


def _updated(change: Change) -> str:
    fields = [
        str(words)
        for name, words in FIELDS.items()
        if _value(change.before, name) != _value(change.after, name)
    ]
    head = Change.Kind.UPDATED.label
    return f"{head}: {', '.join(fields)}" if fields else str(head)


def _value(picture: Mapping[str, Any], name: str) -> Any:
    if name == "texts":
        return picture.get(name, [])  # pictures from before there were any
    return picture.get(name), picture.get("precision") if name == "date" else None
