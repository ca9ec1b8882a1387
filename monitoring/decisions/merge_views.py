"""Two records made one in the admin: the double is named, both are looked at, then it is done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from monitoring.core.clock import ALMATY
from monitoring.core.dates import long_date
from monitoring.core.models import LANGUAGES
from monitoring.decisions import relations
from monitoring.decisions.merging import (
    FACTS,
    conflicts,
    current_merge,
    merge_decisions,
    seen_of,
    unmerge_decisions,
)
from monitoring.decisions.models import Decision, Merge
from monitoring.decisions.references import decisions_meant
from monitoring.decisions.versions import versions_of


class DoubleForm(forms.Form):
    """Which record is the double."""

    other = forms.CharField(
        label=gettext_lazy("The double"),
        max_length=1000,
        help_text=gettext_lazy(
            "Its address, its code in a collection, its number, or the number of the record."
        ),
    )

    def __init__(self, *args: Any, kept: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        self.several: list[dict[str, str]] = []

    def clean_other(self) -> Decision:
        """The one record that is meant."""
        found = decisions_meant(self.cleaned_data["other"])
        if not found:
            raise ValidationError(_("No such document is in the record. Paste its address."))
        if len(found) > 1:
            self.several = [
                {"name": name_of(one), "address": reverse("decisions:edit", args=[one.pk])}
                for one in found
                if one.pk != self.kept.pk
            ]
        if self.several:
            raise ValidationError(_("Several documents have this number: choose one."))
        if found[0].pk == self.kept.pk:
            raise ValidationError(_("A document cannot be merged with itself."))
        if current_merge(found[0].pk):
            raise ValidationError(_("This document is merged with another already."))
        return found[0]


@permission_required("decisions.add_merge")
def decision_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """The record that is kept: name its double, look at both, merge; the mergings so far."""
    decision = get_object_or_404(Decision.objects.select_related("kind"), pk=pk)
    typed = request.POST if request.method == "POST" else request.GET
    form = DoubleForm(typed if "other" in typed else None, kept=decision)
    merged_into = current_merge(decision.pk)
    context: dict[str, Any] = {"decision": decision, "merged_into": merged_into, "form": form}
    status = 200
    if merged_into and request.method == "POST":
        form.add_error("other", _("One of the two is merged with another already."))
    if form.is_bound and not form.is_valid():
        status = 422
    elif form.is_bound:
        gone = form.cleaned_data["other"]
        chosen = {name for name in FACTS if typed.get(f"fact-{name}") == "gone"}
        if request.method == "POST":
            try:
                merge = merge_decisions(
                    kept=decision,
                    gone=gone,
                    by=request.user,
                    from_gone=chosen,
                    seen=typed.get("seen", ""),
                )
            except ValidationError as error:
                changed = "seen" in error.message_dict
                status = 409 if changed else 422
                form.add_error(None if changed else "other", error.messages)
                decision, gone = (Decision.objects.get(pk=one.pk) for one in (decision, gone))
            else:
                return _merged(request, merge)
        context |= {
            "double": gone,
            "double_name": name_of(gone),
            "rows": compared(decision, gone, chosen),
            "seen": seen_of(decision, gone),
        }
    context |= {
        "name": name_of(decision),
        "merges": [
            {
                "merge": one,
                "name": name_of(one.gone),
                "at": _day(one.at),
                "undone": _day(one.undone_at),
            }
            for one in decision.merges.select_related("gone__kind", "by").order_by("-pk")
        ],
    }
    return render(request, "decisions/admin/merge.html", context, status=status)


def _merged(request: HttpRequest, merge: Merge) -> HttpResponse:
    log(instance=merge.kept, action="wagtail.edit", user=request.user)
    undo = messages.button(reverse("merge_undo", args=[merge.pk]), _("Undo"))
    messages.success(
        request,
        _("The two records are one. The addresses of the double lead here."),
        buttons=[undo],
    )
    return redirect("decision_merge", pk=merge.kept_id)


@permission_required("decisions.add_merge")
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take two records apart: asked once, done by POST."""
    merge = get_object_or_404(Merge.objects.select_related("kept__kind", "gone__kind"), pk=pk)
    error = ""
    if request.method == "POST":
        try:
            unmerge_decisions(merge=merge, by=request.user)
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            log(instance=merge.kept, action="wagtail.edit", user=request.user)
            messages.success(request, _("The two records stand apart again."))
            return redirect("decision_merge", pk=merge.kept_id)
    context = {
        "merge": merge,
        "name": name_of(merge.kept),
        "double_name": name_of(merge.gone),
        "error": error,
    }
    return render(request, "decisions/admin/merge_undo.html", context, status=409 if error else 200)


def name_of(decision: Decision) -> str:
    """Kind and number, title, id: two doubles must not look the same."""
    language = _language()
    words = [decision.naming(language), _title(decision, language)]
    return f"{' · '.join(filter(None, words))} (#{decision.pk})"


def _title(decision: Decision, language: str) -> str:
    """Of a draft too: editors look at it."""
    texts = {one.language: one.short_title for one in decision.editions.all()}
    return next((texts[code] for code in (language, *LANGUAGES) if texts.get(code)), "")


def compared(kept: Decision, gone: Decision, chosen: set[str]) -> list[dict[str, Any]]:
    """The rows of the table: `label`, lines of both, `note` on what happens; `name` of a choice."""
    asked = conflicts(kept, gone)
    rows = [
        {
            "label": Decision._meta.get_field(name).verbose_name,  # type: ignore[union-attr] # a column
            "kept": _fact(kept, name),
            "gone": _fact(gone, name),
            "name": name if name in asked else "",
            "is_gone": name in chosen,
            "note": "" if _fact(kept, name) else _("The kept record takes it from the double."),
        }
        for name in FACTS
    ]
    mine, theirs = _hanging(kept), _hanging(gone)
    goes = _("What the kept record lacks goes to it.")
    for name, (label, lines) in theirs.items():
        note = goes
        if name in {"kk", "ru", "en", "procedure"} and mine[name][1]:
            note = _("The kept record's stays; the double keeps its own.")
        rows.append({"label": label, "kept": mine[name][1], "gone": lines, "note": note})
    for row in rows:
        if not row["gone"] or row["kept"] == row["gone"]:
            row["note"] = ""
    return [row for row in rows if row["kept"] or row["gone"]]


def _fact(decision: Decision, name: str) -> list[str]:
    value = getattr(decision, name)
    if value in (None, ""):
        return []
    if name in {"date", "status_date"}:
        return [long_date(value, decision.precision if name == "date" else "day", _language())]
    display = getattr(decision, f"get_{name}_display", None)
    return [str(display() if display else value)]


def _hanging(decision: Decision) -> dict[str, tuple[Any, list[str]]]:
    """What hangs on a record, in words."""
    language = _language()
    steps = decision.stage_events.filter(void=False, replaced_by=None).select_related("stage")
    texts = {one.language: one for one in decision.editions.all()}
    names = {"kk": _("Text in Kazakh"), "ru": _("Text in Russian"), "en": _("Text in English")}
    return {
        "bodies": (_("public bodies"), _lines(decision.bodies.all())),
        "topics": (_("topics"), [one.label_in(language) for one in decision.topics.all()]),
        "events": (_("events"), _lines(decision.events.all())),
        "codes": (_("codes"), _lines(decision.codes.all())),
        "links": (_("addresses"), [one.url or one.label_kk for one in decision.links.all()]),
        **{code: (names[code], _lines([texts[code].short_title] if code in texts else []))
           for code in LANGUAGES},
        "steps": (
            _("steps"),
            [_dated(one.stage, one.date, one.precision) for one in steps.order_by("date", "pk")],
        ),
        "deadlines": (
            _("deadlines"),
            [_dated(one.kind, one.date) for one in decision.deadlines.select_related("kind")],
        ),
        "relations": (
            _("relations of decisions"),
            [f"{one.words}: {name_of(one.other)}" for one in relations.of_decision(decision)],
        ),
        "votes": (_("votes"), _lines(decision.votes.all())),
        "procedure": (_("procedure"), _lines(decision.procedures.select_related("procedure"))),
        "texts": (
            _("versions of the text"),
            [
                _dated(one.get_language_display(), one.valid_from, one.precision)
                for one in versions_of(decision).rows
            ],
        ),
    }  # fmt: skip


def _lines(rows: Any) -> list[str]:
    return [str(row) for row in rows]


def _dated(what: Any, date: Any, precision: str = "day") -> str:
    return ", ".join(filter(None, [str(what), long_date(date, precision, _language())]))


def _day(at: dt.datetime | None) -> dt.date | None:
    return at.astimezone(ALMATY).date() if at else None


def _language() -> str:
    return (get_language() or "kk")[:2]
