"""A record's own history for the public: what changed here and when, and where each value is from.

No editor is named: a reader learns that a person entered a value, not who.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from monitoring.core.clock import ALMATY
from monitoring.core.dates import long_date
from monitoring.decisions.models import Decision, FieldSource, Stage
from monitoring.decisions.publication import SUBJECT
from monitoring.decisions.wording import FIELDS, others_named, sentence
from monitoring.journal.models import Change, Correction

MOST = 100
"""So many changes are told on the page, the newest first; the journal keeps all."""
_OF_FIELD = {"adoption_number": "number"}
_SHOWN: tuple[str, ...] = ("kind", "adoption_number", "register_number", "date", "status")
_SHOWN += ("source_status",)
_SHOWN += ("bodies", "topics", "region", "district", "codes", "links")


def history(
    decision: Decision, language: str, corrections: list[Correction]
) -> list[dict[str, Any]]:
    """Rows `date`, `text`, newest first; one query, and at most three for stages and others."""
    changes = list(Change.objects.of(SUBJECT, decision.pk)[:MOST])
    told = any(one.kind == Change.Kind.STAGE for one in changes)
    stages = {one.key: one for one in Stage.objects.all()} if told else {}
    others = others_named(changes)
    rows = []
    with override(language):
        for change in changes:
            text = sentence(change, language, stages, others)
            rows.append((change.at, _with_values(text, change, language)))
        for one in corrections:
            rows.append((one.at, f"{pgettext('change', 'Corrected')}: {one.said}"))
    rows.sort(key=lambda row: row[0], reverse=True)
    return [{"date": at.astimezone(ALMATY).date(), "text": text} for at, text in rows]


def _with_values(text: str, change: Change, language: str) -> str:
    """With what stood there before and stands there now, where that is a number or a day."""
    if change.kind != Change.Kind.UPDATED:
        return text
    said = []
    for name in ("number", "register_number", "date"):
        old, new = _value(change.before, name, language), _value(change.after, name, language)
        if old != new:
            said.append(f"{FIELDS[name]}: {old or '–'} → {new or '–'}")
    return f"{text} ({'; '.join(said)})" if said else text


def _value(picture: dict[str, Any], name: str, language: str) -> str:
    value = str(picture.get(name) or "")
    if name != "date" or not value:
        return value
    return long_date(dt.date.fromisoformat(value), picture.get("precision", "day"), language)


def provenance(decision: Decision, language: str) -> list[dict[str, Any]]:
    """For each field that readers see: `label`, `text`, `url`; one query.

    The text says whether a person entered the value or it was read from a source, and when.
    """
    latest = FieldSource.objects.filter(decision=decision, field__in=_SHOWN).order_by()
    newest = latest.values("field").annotate(last=Max("pk")).values("last")
    found = {one.field: one for one in FieldSource.objects.filter(pk__in=newest)}
    rows = []
    with override(language):
        for name in _SHOWN:
            one = found.get(name)
            if one is None or one.value in ("", "[]"):
                continue
            day = long_date(one.at.astimezone(ALMATY).date(), "day", language)
            is_address = one.source.startswith(("http://", "https://"))
            if one.snapshot_id:
                said = _("read from the source on %(date)s, a copy is kept")
            elif one.by_id:
                said = _("entered by hand on %(date)s")
            else:
                said = _("taken from the source on %(date)s, no copy is kept")
            rows.append(
                {
                    "label": FIELDS[_OF_FIELD.get(name, name)],
                    "text": said % {"date": day},
                    "url": one.source if is_address else "",
                    "host": (urlsplit(one.source).hostname or "") if is_address else one.source,
                }
            )
    return rows
