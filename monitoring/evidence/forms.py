"""The form of a source, as analysts fill it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from monitoring.evidence import addresses, kinds, reasons
from monitoring.evidence.models import Source
from monitoring.evidence.reasons import FetchError
from monitoring.evidence.setting_fields import (
    PREFIX,
    fault_of,
    fields_of,
    kind_named,
    settings_from,
)
from monitoring.evidence.trial import Trial, try_source

SLOWEST = 7 * 24 * 60
QUICKEST = 5


class SourceForm(WagtailAdminModelForm):
    """Checks the spelling of the address; where its name leads is checked at each fetch.

    Below the fields of every source stand the settings of the kind that is chosen.
    """

    data: Any
    trial: Trial | None = None
    """What the source would give, after a person tried it out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.data.get(self.add_prefix("kind")) if self.is_bound else None
        self.kind = kind_named(chosen or self.initial.get("kind") or self.instance.kind)
        if "kind" in self.fields:
            self.fields["kind"] = forms.ChoiceField(
                label=capfirst(gettext_lazy("kind of source")),
                choices=[(kind.name, kind.label) for kind in kinds.all_kinds()],
                initial=self.instance.kind,
            )
        if self.kind is not None:
            mine = self.kind.name == self.instance.kind
            fields = fields_of(self.kind, self.instance.settings if mine else {})
            self.fields.update(fields)
            if self.is_bound:  # another kind was chosen: its settings were not on the page
                typed: Any = self.data.copy()
                for name, field in fields.items():
                    typed.setdefault(self.add_prefix(name), field.initial)
                self.data = typed

    @property
    def setting_fields(self) -> list[Any]:
        """The bound fields of the settings."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def also_stored(self, row: Source) -> dict[str, str]:
        """The settings of a source as the form shows them, for telling two editors apart."""
        kind = kind_named(row.kind)
        fields = fields_of(kind, row.settings) if kind else {}
        return {name: str(field.initial or "") for name, field in fields.items()}

    @property
    def read_otherwise(self) -> bool:
        """Whether what was changed makes the source be read anew."""
        read_by = {"url", "kind"}
        return any(name in read_by or name.startswith(PREFIX) for name in self.changed_data)

    def try_out(self) -> None:
        """Ask the address as it is typed, with the settings as they are typed; keep nothing.

        Afterwards the form shows faults of what was tried alone, and what would be taken.
        """
        self.full_clean()
        tried = {"url", "kind", "ca_bundle"}
        faults = {
            name: [error for error in errors if error.code != "unique"]
            for name, errors in self.errors.as_data().items()
            if name in tried or name.startswith(PREFIX)
        }
        self.forget_faults()
        for name, errors in faults.items():
            if errors:
                self.add_error(name, errors)
        if self.errors or self.kind is None:
            return
        self.trial = try_source(
            kind=self.kind.name,
            url=str(self.data.get(self.add_prefix("url"), "")).strip(),
            settings=settings_from(self.kind, self.cleaned_data),
            ca_bundle=str(self.data.get(self.add_prefix("ca_bundle"), "")).strip(),
        )
        if self.trial.setting:
            self.add_error(PREFIX + self.trial.setting, self.trial.sentence)

    def forget_faults(self) -> None:
        """Show what was typed and find no fault with it: nobody has asked to save."""
        kept = dict(getattr(self, "cleaned_data", {}))
        self._errors = self.errors.__class__()
        self.cleaned_data = kept

    def clean_url(self) -> str:
        """An address that may be asked. Raises ValidationError with the reason in words."""
        url = str(self.cleaned_data["url"]).strip()
        try:
            addresses.checked(url, allow_loopback=settings.EVIDENCE_ALLOW_LOOPBACK)
        except FetchError as error:
            raise ValidationError(reasons.sentence(error.code, error.detail), code=error.code)
        return url

    def clean_every_minutes(self) -> int:
        """Between five minutes and a week: more often is rude, more seldom is forgotten."""
        minutes = int(self.cleaned_data["every_minutes"])
        if not QUICKEST <= minutes <= SLOWEST:
            raise ValidationError(
                _("From %(least)s to %(most)s minutes.") % {"least": QUICKEST, "most": SLOWEST}
            )
        return minutes

    def clean_ca_bundle(self) -> str:
        """The bare name of a file that the operator has put into EVIDENCE_CA_DIR."""
        name = str(self.cleaned_data["ca_bundle"]).strip()
        if name and (
            Path(name).name != name or not (Path(settings.EVIDENCE_CA_DIR) / name).is_file()
        ):
            raise ValidationError(
                _("There is no such file on the server. Ask the operator to put it there.")
            )
        return name

    def clean(self) -> dict[str, Any]:
        """A paused source says why: readers see it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("paused") and not cleaned.get("paused_reason"):
            self.add_error("paused_reason", _("Say why: readers see it on the page of sources."))
        if self.kind is not None and not any(name.startswith(PREFIX) for name in self.errors):
            settings = settings_from(self.kind, cleaned)
            setting, sentence = fault_of(self.kind, str(cleaned.get("url", "")), settings)
            if sentence:
                self.add_error(PREFIX + setting if setting else None, sentence)
            self.instance.settings = settings
        return cleaned
