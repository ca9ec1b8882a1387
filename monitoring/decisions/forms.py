"""Forms of the record: facts of a decision, its first text, its next step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from monitoring.core import clock
from monitoring.core.dates import long_date, short_date
from monitoring.core.text import kazakh_key
from monitoring.decisions import relations
from monitoring.decisions.fields import (
    CodesField,
    DecisionField,
    LinksField,
    PartialDateField,
    in_links,
)
from monitoring.decisions.key_dates import NAMES, check_order, dates_of
from monitoring.decisions.models import (
    Code,
    Decision,
    DecisionKind,
    Edition,
    Stage,
)
from monitoring.institutions.models import Body
from monitoring.vocabulary.models import District, Region, Status, Topic, Verified


class SortedIterator(ModelChoiceIterator):
    """Rows in the order of the Kazakh alphabet of their names in the reader's language."""

    def __iter__(self) -> Any:
        """One query each time the boxes are drawn."""
        for row in sorted(self.queryset.all(), key=lambda row: kazakh_key(row.label)):
            yield self.choice(row)


class SortedChoice(forms.ModelMultipleChoiceField[Any]):
    """Boxes to tick, in alphabetical order."""

    widget = forms.CheckboxSelectMultiple
    iterator = SortedIterator


class DistrictIterator(ModelChoiceIterator):
    """Districts under the names of their regions, both in alphabetical order."""

    def __iter__(self) -> Any:
        """One query each time the box is drawn."""
        yield "", self.field.empty_label
        groups: dict[str, list[Any]] = {}
        for row in self.queryset.select_related("region"):
            groups.setdefault(row.region.label, []).append(row)
        for name in sorted(groups, key=kazakh_key):
            rows = sorted(groups[name], key=lambda row: kazakh_key(row.label))
            yield name, [self.choice(row) for row in rows]


class DistrictChoice(forms.ModelChoiceField[District]):
    """One of the 228 districts."""

    iterator = DistrictIterator


class FactsForm(forms.Form):
    """The facts of a decision. Saved by the viewset through the services."""

    kind = forms.ModelChoiceField(
        DecisionKind.objects.all(), label=gettext_lazy("kind of document")
    )
    adoption_number = forms.CharField(
        label=pgettext_lazy("of a document", "number"), max_length=80, required=False
    )
    register_number = forms.CharField(
        label=gettext_lazy("number in the register of acts"), max_length=80, required=False
    )
    when = PartialDateField(label=pgettext_lazy("of a document", "date"))
    status = forms.ModelChoiceField(
        Status.objects.all(), label=gettext_lazy("status"), required=False
    )
    status_date = PartialDateField(
        label=gettext_lazy("status since"),
        help_text=gettext_lazy("The day, as 24.11.2026; empty if it is not known."),
    )
    source_status = forms.ModelChoiceField(
        Status.objects.all(),
        label=gettext_lazy("status by the source"),
        required=False,
        help_text=gettext_lazy("As the source states it; readers see it where ours differs."),
    )
    introduced = PartialDateField(label=NAMES["introduced"], help_text="")
    adopted = PartialDateField(label=NAMES["adopted"], help_text="")
    published = PartialDateField(label=NAMES["published"], help_text="")
    in_force = PartialDateField(label=NAMES["in_force"], help_text="")
    ended = PartialDateField(label=NAMES["ended"], help_text="")
    bodies = SortedChoice(Body.objects.all(), label=gettext_lazy("public bodies"), required=False)
    topics = SortedChoice(Topic.objects.all(), label=gettext_lazy("topics"), required=False)
    region = forms.ModelChoiceField(
        Region.objects.all(), label=gettext_lazy("region"), required=False
    )
    district = DistrictChoice(
        District.objects.all(),
        label=gettext_lazy("district"),
        required=False,
        help_text=gettext_lazy("Only for an act of a district or a city; it brings its region."),
    )
    links = LinksField(
        label=gettext_lazy("sources"),
        required=False,
        help_text=gettext_lazy("One address a line. Words after an address become its label."),
    )
    codes = CodesField(
        label=gettext_lazy("codes"),
        required=False,
        help_text=gettext_lazy(
            "In official collections, one a line: adilet Z2100000060, zan 7966."
        ),
    )
    verified = forms.ChoiceField(label=gettext_lazy("how sure"), choices=Verified.choices)
    visibility = forms.ChoiceField(
        label=gettext_lazy("for readers"), choices=Decision.Visibility.choices
    )
    is_key = forms.BooleanField(
        label=gettext_lazy("key document"),
        required=False,
        help_text=gettext_lazy(
            "Changes much for residents or for local self-government. Readers of wide mails may "
            "choose to hear of key documents alone; marking one announces nothing."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("note for editors"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Not shown to readers."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, instance: Decision | None = None, **kwargs: Any) -> None:
        self.instance = instance or Decision()
        kwargs["initial"] = {**stored(self.instance), **(kwargs.get("initial") or {})}
        kwargs.pop("for_user", None)
        super().__init__(*args, **kwargs)

    def clean_status_date(self) -> Any:
        """A whole day or nothing."""
        date, precision = self.cleaned_data["status_date"]
        if date and precision != "day":
            raise ValidationError(_("Enter the whole day, as 24.11.2026, or leave it empty."))
        return date

    def clean_codes(self) -> Any:
        """A code names one document: another one that has it is named, with a link."""
        codes = self.cleaned_data["codes"]
        for collection, value in codes:
            taken = Code.objects.filter(collection=collection, value=value)
            other = taken.exclude(decision=self.instance.pk).select_related("decision").first()
            if other is not None:
                raise ValidationError(
                    format_html(
                        "{} {}",
                        _("The code %(code)s belongs to another document:")
                        % {"code": f"{collection} {value}"},
                        in_links([other.decision]),
                    ),
                    code="taken",
                )
        return codes

    def clean(self) -> dict[str, Any]:
        """A district brings its region; what cannot be true is refused beside its box."""
        data = super().clean() or {}
        try:
            check_order({name: data[name] for name in NAMES if name in data})
        except ValidationError as error:
            self.add_error(None, error)
        if district := data.get("district"):
            region = data.setdefault("region", None) or district.region
            if region != district.region:
                self.add_error("district", _("This district lies in another region."))
            data["region"] = region
        return data

    def dates(self) -> dict[str, Any]:
        """The dates that were typed anew, as `key_dates.set_dates` takes them."""
        shown = dates_of(self.instance) if self.instance.pk else {}
        typed = {name: self.cleaned_data[name] for name in NAMES}
        return {
            name: value
            for name, value in typed.items()
            if short_date(*value) != short_date(*shown.get(name, (None, "unknown")))
        }

    def facts(self) -> dict[str, Any]:
        """The cleaned facts as `services.update_decision` takes them."""
        data = dict(self.cleaned_data)
        date, precision = data["when"]
        names: tuple[str, ...] = (
            "kind",
            "adoption_number",
            "register_number",
            "status",
            "status_date",
            "source_status",
            "region",
            "district",
        )
        names += ("verified", "visibility", "is_key", "note", "links", "codes")
        facts = {name: data[name] for name in names}
        facts |= {"date": date, "precision": precision}
        facts |= {name: list(data[name]) for name in ("bodies", "topics")}
        if self.instance.date == date and date and self.instance.precision in {"days", "announced"}:
            facts["precision"] = self.instance.precision  # finer than the box can say
        return facts


def stored(decision: Decision) -> dict[str, Any]:
    """A decision as the boxes of the form show it."""
    if decision.pk is None:
        return {"verified": Verified.NO, "visibility": Decision.Visibility.AUTO}
    status_date = (decision.status_date, "day") if decision.status_date else ""
    return {
        "kind": decision.kind_id,
        "adoption_number": decision.adoption_number,
        "register_number": decision.register_number,
        "when": (decision.date, decision.precision) if decision.date else "",
        "status": decision.status_id,
        "status_date": status_date,
        "source_status": decision.source_status_id,
        **{name: value if value[0] else "" for name, value in dates_of(decision).items()},
        "bodies": [body.pk for body in decision.bodies.all()],
        "topics": [topic.pk for topic in decision.topics.all()],
        "region": decision.region_id,
        "district": decision.district_id,
        "links": list(decision.links.values("url", "label_kk", "label_ru", "label_en")),
        "codes": list(decision.codes.values_list("collection", "value")),
        "verified": decision.verified,
        "visibility": decision.visibility,
        "is_key": decision.is_key,
        "note": decision.note,
        "version": decision.version,
    }


class EditDecisionForm(FactsForm):
    """The facts of a decision that stands, with the next step it took, if any."""

    stage = forms.ModelChoiceField(
        Stage.objects.all(),
        label=gettext_lazy("new step"),
        required=False,
        help_text=gettext_lazy("Leave empty if the document took no new step."),
    )
    stage_when = PartialDateField(label=gettext_lazy("date of the step"))
    stage_url = forms.URLField(
        label=gettext_lazy("source of the step"),
        required=False,
        max_length=1000,
        assume_scheme="https",
    )

    relation = forms.ChoiceField(
        label=gettext_lazy("new relation"),
        required=False,
        help_text=gettext_lazy("What this document is to the one named below."),
    )
    relation_to = DecisionField(label=gettext_lazy("to which document"), required=False)
    relation_when = PartialDateField(label=gettext_lazy("date of the relation"))
    relation_source = forms.CharField(
        label=gettext_lazy("source of the relation"), required=False, max_length=1000
    )
    relations_removed = forms.MultipleChoiceField(
        label=gettext_lazy("relations to remove"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stand = relations.of_decision(self.instance)
        self._offer("relation", relations.choices())
        self._offer(
            "relations_removed",
            [(str(one.relation.pk), f"{one.words}: {one.other}") for one in stand],
        )
        if not stand:
            del self.fields["relations_removed"]

    def clean(self) -> dict[str, Any]:
        """What is said of a step needs the step, of a relation both its halves."""
        data = super().clean() or {}
        self._check_relation(data)
        told = data.get("stage_url") or (data.get("stage_when") or (None,))[0]
        if told and not data.get("stage") and "stage" not in self.errors:
            self.add_error("stage", _("Choose the step that this date or source belongs to."))
        return data

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _check_relation(self, data: dict[str, Any]) -> None:
        other, kind = data.get("relation_to"), data.get("relation")
        if other is None:
            told = data.get("relation_source") or (data.get("relation_when") or (None,))[0]
            if (kind or told) and "relation_to" not in self.errors:
                self.add_error("relation_to", _("Name the other document."))
        elif other.pk == self.instance.pk:
            self.add_error("relation_to", _("A document has no relation to itself."))
        elif not kind and "relation" not in self.errors:
            self.add_error("relation", _("Choose what this document is to the other."))
        elif stands := relations.between(self.instance, other):
            if str(stands.pk) not in (data.get("relations_removed") or []):
                self.add_error(
                    "relation_to",
                    _("These two documents have a relation already: remove it first."),
                )


class EditionForm(WagtailAdminModelForm):
    """A text of a decision; which decision and language stays as it was made."""

    compared = forms.BooleanField(
        label=gettext_lazy("I compared it with the text it is made from, as that stands today"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].widget = forms.HiddenInput()
        if self.instance.pk:
            self.fields["decision"].disabled = True
            self.fields["language"].disabled = True
        said = self._freshness()
        if said:
            self.fields["made_from"].help_text = said

    def _source(self, language: str) -> Edition | None:
        rows = Edition.objects.filter(decision=self.instance.decision_id, language=language)
        return rows.filter(live=True).first()

    def _freshness(self) -> str:
        """The sentence beside the box: made from an older text, or from today's."""
        if not self.instance.pk or not self.instance.made_from_at:
            return ""
        day = long_date(
            timezone.localtime(self.instance.made_from_at, clock.ALMATY).date(),
            "day",
            (get_language() or "ru")[:2],
        )
        if self.instance.is_behind(self._source(self.instance.made_from)):
            return _("Made from the text of %(date)s, which reads otherwise today.") % {"date": day}
        return _("Made from the text of %(date)s, which stands today.") % {"date": day}

    def save(self, commit: bool = True) -> Edition:
        """With the version of the other text that it follows, where that was said anew."""
        before = Edition.objects.filter(pk=self.instance.pk).values_list("made_from", flat=True)
        language = self.cleaned_data.get("made_from", "")
        if not language:
            self.instance.made_from_revision = None
            self.instance.made_from_digest, self.instance.made_from_at = "", None
        elif self.cleaned_data.get("compared") or language not in before:
            source = self._source(language)
            if source is not None:
                self.instance.note_made_from(source)
        edition: Edition = super().save(commit=commit)
        return edition

    class Meta:
        model = Edition
        fields = ("decision", "language", "title", "official_title", "summary", "made_from")
