"""What an analyst fills in to accept, merge or reject a candidate."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.core.dates import Precision, parse_partial
from monitoring.decisions.models import Decision, DecisionKind, Stage
from monitoring.institutions.models import Body
from monitoring.intake.models import Candidate
from monitoring.intake.services import language_of
from monitoring.vocabulary.models import Topic

LONGEST = 2000
_LINES = forms.Textarea(attrs={"rows": 2})


class PartialDateField(forms.CharField):
    """A date as a person writes it, no more exact than it is known: 24.11.2026, 11.2026, 2026."""

    def clean(self, value: Any) -> tuple[dt.date | None, str]:
        """The date and its precision; (None, unknown) when empty."""
        text = str(super().clean(value))
        if not text:
            return None, Precision.UNKNOWN
        try:
            return parse_partial(text)
        except ValueError:
            raise ValidationError(
                _("Write the date as 24.11.2026, 11.2026 or 2026; here is “%(value)s”.")
                % {"value": text},
                code="bad_date",
            )


class AcceptForm(forms.Form):
    """Fields: title_kk, title_ru, title_en (one at least), kind, bodies, topics, date, number."""

    title_kk = forms.CharField(
        label=gettext_lazy("Title in Kazakh"), required=False, max_length=LONGEST, widget=_LINES
    )
    title_ru = forms.CharField(
        label=gettext_lazy("Title in Russian"), required=False, max_length=LONGEST, widget=_LINES
    )
    title_en = forms.CharField(
        label=gettext_lazy("Title in English"), required=False, max_length=LONGEST, widget=_LINES
    )
    kind = forms.ModelChoiceField(
        label=gettext_lazy("Kind of document"), queryset=DecisionKind.objects.all()
    )
    bodies = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Public bodies"),
        queryset=Body.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    topics: forms.ModelMultipleChoiceField[Topic] = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Topics"),
        queryset=Topic.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    date = PartialDateField(
        label=gettext_lazy("Date of the document"),
        required=False,
        help_text=gettext_lazy("Empty if not known. Not the day on which the source wrote of it."),
    )
    number = forms.CharField(
        label=gettext_lazy("Number of the document"), required=False, max_length=80
    )

    @classmethod
    def prefilled(cls, candidate: Candidate, **kwargs: Any) -> AcceptForm:
        """The form with what the entry and its source say."""
        source = candidate.source
        initial = {
            f"title_{language_of(candidate)}": candidate.title,
            "bodies": [source.body_id] if source.body_id else [],
            "topics": [topic.pk for topic in source.topics.all()],
        }
        return cls(initial=initial, auto_id="accept_%s", **kwargs)

    @classmethod
    def prefilled_of(cls, *candidates: Candidate) -> AcceptForm:
        """The form with what several entries of one document say; the first one's word counts."""
        initial: dict[str, Any] = {}
        for one in candidates:
            said = cls.prefilled(one).initial
            for name, value in said.items():
                if value and not initial.get(name):
                    initial[name] = value
        return cls(initial=initial, auto_id="accept_%s")

    def clean(self) -> dict[str, Any]:
        """One title at least, in any language."""
        cleaned = super().clean() or self.cleaned_data
        names = ("title_kk", "title_ru", "title_en")
        if not any(cleaned.get(name) for name in names) and not self.errors.keys() & set(names):
            self.add_error("title_kk", _("Give a title in one language at least."))
        return cleaned


class MergeForm(forms.Form):
    """Fields: decision (its id), stage and date where the entry reports a step of it."""

    decision = forms.ModelChoiceField(
        label=gettext_lazy("Id of the known decision"),
        queryset=Decision.objects.all(),
        widget=forms.NumberInput,
        error_messages={
            "required": gettext_lazy("Choose a decision from the search or give its id."),
            "invalid_choice": gettext_lazy("There is no decision with this id."),
        },
    )
    stage = forms.ModelChoiceField(
        label=gettext_lazy("The entry reports a step"),
        queryset=Stage.objects.all(),
        required=False,
        empty_label=gettext_lazy("no step, only a further source"),
    )
    date = PartialDateField(label=gettext_lazy("Date of the step"), required=False)


class RejectForm(forms.Form):
    """Field: reason."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is put aside"),
        max_length=1000,
        widget=_LINES,
        error_messages={"required": gettext_lazy("Say why: the next analyst will ask.")},
    )


class BulkForm(forms.Form):
    """Fields: do, kind (to accept), reason (to put aside)."""

    do = forms.ChoiceField(
        choices=[("accept", ""), ("reject", ""), ("nothing", "")], widget=forms.HiddenInput
    )
    kind = forms.ModelChoiceField(
        label=gettext_lazy("Kind of document"), queryset=DecisionKind.objects.all(), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is put aside"), max_length=1000, required=False
    )

    def clean(self) -> dict[str, Any]:
        """To accept asks for the kind, to put aside for the reason."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("do") == "accept" and not cleaned.get("kind") and "kind" not in self.errors:
            self.add_error("kind", _("Say what kind of document the ticked entries are."))
        if cleaned.get("do") == "reject" and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say why: the next analyst will ask."))
        return cleaned
