"""Forms of the memorandum in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from coalition.memorandum.models import OpenRule, Version
from coalition.memorandum.services import check_days
from monitoring.core.models import LANGUAGES

PLACE = ("place_kk", "place_ru", "place_en")


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=["%d.%m.%Y", "%Y-%m-%d"],
        help_text=help_text,
        widget=forms.DateInput(format="%d.%m.%Y"),
    )


class BeginForm(WagtailAdminModelForm):
    """When and where a new version is to be adopted, and by which paper."""

    adopted_from = _day(
        gettext_lazy("adopted, first day"), help_text=gettext_lazy("As 24.11.2026.")
    )
    adopted_to = _day(
        gettext_lazy("adopted, last day"),
        required=False,
        help_text=gettext_lazy("Empty if it is one day."),
    )

    class Meta:
        model = Version
        fields: tuple[str, ...] = ("adopted_from", "adopted_to", *PLACE, "source")

    def clean(self) -> dict[str, Any]:
        """One day is both the first and the last; days run forward."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first = data.get("adopted_from")
        if first is not None and "adopted_to" in data:
            data["adopted_to"] = data["adopted_to"] or first
            before = Version.objects.filter(number__lt=self.instance.number or 32_767)
            check_days(first, data["adopted_to"], previous=before.order_by("-number").first())
        return data


class CorrectForm(BeginForm):
    """What is said about a version; its days are fixed once the first has come."""

    class Meta(BeginForm.Meta):
        fields: tuple[str, ...] = (*BeginForm.Meta.fields, "participants", "verified")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participants"].help_text = _("0 while it is not known: nothing is said then.")
        for name in ("adopted_from", "adopted_to"):
            self.fields[name].disabled = self.instance.is_adopted


class RuleForm(WagtailAdminModelForm):
    """A rule has its name, and its date together with its texts or none of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        self.fields["position"].help_text = _("Empty puts a new rule last.")

    def clean_position(self) -> int | None:
        """A position left empty stays what it was, and for a new rule is the next."""
        position: int | None = self.cleaned_data["position"]
        if position is None:
            position = self.instance.position
        if position is None:
            last = OpenRule.objects.order_by("-position").first()
            position = last.position + 1 if last else 1
        return position

    def clean(self) -> dict[str, Any]:
        """All four or none."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        names = ("adopted_on", *(f"rule_{code}" for code in LANGUAGES))
        empty = [name for name in names if name in data and not data[name]]
        if len(empty) < len([name for name in names if name in data]):
            for name in empty:
                self.add_error(
                    name,
                    ValidationError(
                        _("An adopted rule has its date and its text in three languages.")
                    ),
                )
        return data


class AccessionForm(WagtailAdminModelForm):
    """Nobody accedes to a version whose day has not come."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["version"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Version.objects.adopted()
