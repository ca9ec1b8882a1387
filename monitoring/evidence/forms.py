"""The form of a source, as analysts fill it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from monitoring.evidence import addresses, kinds, reasons
from monitoring.evidence.reasons import FetchError

SLOWEST = 7 * 24 * 60
QUICKEST = 5


class SourceForm(WagtailAdminModelForm):
    """Checks the spelling of the address; where its name leads is checked at each fetch."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"] = forms.ChoiceField(
                label=gettext_lazy("kind of source"),
                choices=[(kind.name, kind.label) for kind in kinds.all_kinds()],
            )

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
        return cleaned
