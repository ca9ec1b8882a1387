"""The form by which a person enters an act: its facts and its first text on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.core.dates import Precision, parse_partial
from monitoring.decisions.doubles import Typed
from monitoring.decisions.fields import in_links
from monitoring.decisions.forms import FactsForm
from monitoring.decisions.models import LANGUAGE_CHOICES, Code
from monitoring.decisions.official import Recognised, recognise


class NewDecisionForm(FactsForm):
    """A decision and its first text on one screen."""

    address = forms.CharField(
        label=gettext_lazy("address or code in an official collection"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy(
            "Paste what adilet.zan.kz, zan.gov.kz or legalacts.egov.kz shows: code, number and "
            "year are read from it, as far as it says them."
        ),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("language of the text"), choices=LANGUAGE_CHOICES
    )
    title = forms.CharField(
        label=gettext_lazy("short title"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("What it is, in the words of residents."),
    )
    official_title = forms.CharField(
        label=gettext_lazy("official title"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    summary = forms.CharField(
        label=gettext_lazy("what changes for residents"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("At most five lines, each with its article; one thought a line."),
    )
    publish = forms.BooleanField(label=gettext_lazy("publish the text at once"), required=False)

    field_order: tuple[str, ...] = (
        "address",
        "kind",
        "adoption_number",
        "register_number",
        "when",
        "language",
        "title",
    )
    field_order += ("official_title", "summary", "bodies", "topics", "links")

    def __init__(self, *args: Any, may_publish: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_publish:
            del self.fields["publish"]

    def clean(self) -> dict[str, Any]:
        """The text has one of its titles; what the pasted address says stands in empty boxes."""
        data = super().clean() or {}
        if known := recognise(data.get("address") or ""):
            self._put(data, known)
        elif data.get("address"):
            self.add_error(
                "address",
                _(
                    "No official collection is recognised here. "
                    "Put other addresses under “sources”."
                ),
            )
        if not {"title", "official_title"} & set(self.errors) and not (
            data.get("title") or data.get("official_title")
        ):
            self.add_error("title", _("Enter a short or an official title."))
        return data

    def _put(self, data: dict[str, Any], known: Recognised) -> None:
        pair = (known.collection, known.code)
        taken = Code.objects.filter(collection=pair[0], value=pair[1]).first()
        if taken is not None:
            said = _("This act is in the record already:")
            self.add_error("address", format_html("{} {}", said, in_links([taken.decision])))
        for name, value in filled(known, data).items():
            if name == "codes":
                data[name] = [*(data.get(name) or []), pair]
            elif name == "links":
                data[name] = [*(data.get(name) or []), {"url": known.url}]
            elif name == "when":
                data[name] = parse_partial(value)
            else:
                data[name] = value

    def typed(self) -> Typed:
        """What the doubles of the act are looked for by."""
        data = self.cleaned_data
        date, _precision = data.get("when") or (None, "")
        return Typed(
            codes=data.get("codes") or (),
            urls=[row["url"] for row in data.get("links") or () if row["url"]],
            number=data.get("adoption_number", ""),
            register_number=data.get("register_number", ""),
            year=date.year if date else None,
            kind=data["kind"].pk if data.get("kind") else None,
            bodies=frozenset(body.pk for body in data.get("bodies") or ()),
            district=data["district"].pk if data.get("district") else None,
            titles=(data.get("title", ""), data.get("official_title", "")),
        )

    def edition(self) -> dict[str, dict[str, str]]:
        """The first text, as `services.create_decision` takes it."""
        words = {name: self.cleaned_data[name] for name in ("title", "official_title", "summary")}
        return {self.cleaned_data["language"]: words}


def filled(known: Recognised, boxes: Mapping[str, Any]) -> dict[str, str]:
    """What a recognised address says, for boxes of the form that are empty or lack it."""
    said = {
        "adoption_number": known.number,
        "register_number": known.register_number,
        "when": str(known.year or ""),
    }
    found = {
        name: value
        for name, value in said.items()
        if value and boxes.get(name) in (None, "", (None, Precision.UNKNOWN))
    }
    if f"{known.collection} {known.code}" not in _as_lines(boxes.get("codes")):
        found["codes"] = f"{known.collection} {known.code}"
    if known.url and known.url not in _as_lines(boxes.get("links")):
        found["links"] = known.url
    return found


def _as_lines(value: Any) -> list[str]:
    """A box of lines as typed, or as its field read it."""
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines()]
    rows = value or []
    return [row["url"] if isinstance(row, dict) else " ".join(row) for row in rows]
