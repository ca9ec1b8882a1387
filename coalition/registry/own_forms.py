"""The form of «Our organisation»: asked in one language, the others may stay empty."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator, validate_email
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition.pages.uploads import clean_image
from coalition.registry.models import ExperienceField
from coalition.registry.own_models import OwnDraft
from coalition.registry.own_values import (
    CONTACTS,
    FIELDS,
    PER_LANGUAGE,
    Values,
    differing,
    label_of,
    spoken,
)
from monitoring.core.models import LANGUAGES

LIMITS = {
    "short_name": 120,
    "sentence": 300,
    "place": 200,
    "phone": 40,
    "email": 254,
    "website": 200,
}
"""Letters; where the model takes more, the page does not."""
KEPT = 2000
"""Letters of a field that are kept at all, right or wrong."""
DIGITS = 11
"""Digits of a number in Kazakhstan with the country's code: ITU-T E.164, code 7."""


def normalise_phone(typed: str) -> str:
    """`8 (701) 123-45-67` → `+7 701 123 45 67`. Raises ValidationError saying what is there."""
    if not typed.strip():
        return ""
    if re.search(r"[^\d\s()+\-–.]", typed):
        raise ValidationError(
            _("A telephone number holds digits only; “%(typed)s” holds something else.")
            % {"typed": typed}
        )
    digits = re.sub(r"\D", "", typed)
    if len(digits) != DIGITS:
        raise ValidationError(
            _("A telephone number must have 11 digits, now %(count)d.") % {"count": len(digits)}
        )
    if digits[0] not in "78":
        raise ValidationError(
            _("A number of Kazakhstan begins with +7 or 8, this one with %(digit)s.")
            % {"digit": digits[0]}
        )
    return f"+7 {digits[1:4]} {digits[4:7]} {digits[7:9]} {digits[9:]}"


# No field says autocomplete="off": browsers then forget on going back what was typed.
class OwnForm(forms.Form):
    """What an organisation says of itself. `kept()` is what was typed, `values()` what is right."""

    use_required_attribute = False  # our sentences, in the page's language, not the browser's

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    phone = forms.CharField(
        required=False,
        help_text=gettext_lazy("Shown on the site. Like: +7 7XX XXX XX XX"),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    email = forms.CharField(
        required=False,
        help_text=gettext_lazy("Shown on the site."),
        widget=forms.EmailInput(attrs={"inputmode": "email"}),
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"inputmode": "url"}))
    experience = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    logo = forms.FileField(
        required=False, widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.webp"})
    )
    remove_logo = forms.BooleanField(required=False, label=gettext_lazy("Take the logo away"))

    def __init__(self, *args: Any, language: str, logo: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        self.kept_logo = logo
        for code in LANGUAGES:
            for name in PER_LANGUAGE:
                self.fields[f"{name}_{code}"] = self._text(name, code)
        for name in (*CONTACTS, "experience", "logo"):
            self.fields[name].label = label_of(name)
        self.fields["experience"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            (one.key, one.short(language)) for one in ExperienceField.objects.all()
        ]
        self.fields["logo"].help_text = _("PNG or JPEG")
        others = [code for code in LANGUAGES if code != language]
        self.main_names = [f"{name}_{language}" for name in PER_LANGUAGE]
        self.other_names = {code: [f"{name}_{code}" for name in PER_LANGUAGE] for code in others}

    def _text(self, name: str, code: str) -> forms.CharField:
        wide = name == "sentence"
        hint = {
            "short_name": _("Stands in the list and on the map, up to 30 letters"),
            "sentence": _("Like: “We teach young people of the village to read a budget”"),
            "place": _("Region and town or village"),
        }[name]
        own = code == self.language
        return forms.CharField(
            label=label_of(name),
            help_text=hint if own else "",
            required=own,
            error_messages={"required": _("Fill in this field.")},
            widget=(forms.Textarea if wide else forms.TextInput)(
                attrs={"lang": code, **({"rows": 4} if wide else {})}
            ),
        )

    # -- what is typed -------------------------------------------------------------
    def kept(self) -> Values:
        """What was typed, as far as it can be kept: errors and all."""
        found: Values = {}
        typed = cast("QueryDict", self.data)
        for name in FIELDS:
            if name == "experience":
                found[name] = [one[:60] for one in typed.getlist(name)][:20]
            elif name != "logo":
                found[name] = str(self.data.get(name) or "").replace("\0", "")[:KEPT]
        found["logo"] = self.kept_logo
        return found

    def values(self) -> Values:
        """What is right, as it is stored."""
        found: Values = {name: self.cleaned_data[name] for name in FIELDS if name != "logo"}
        found["logo"] = self.kept_logo
        return found

    # -- what is right -------------------------------------------------------------
    def clean_phone(self) -> str:
        """In the country's usual groups."""
        return normalise_phone(self._short("phone"))

    def clean_email(self) -> str:
        """With one @ and a domain."""
        typed = self._short("email")
        if not typed:
            return ""
        try:
            validate_email(typed)
        except ValidationError:
            raise ValidationError(
                _("“%(typed)s” is not an e-mail address. Write it like name@example.org.")
                % {"typed": typed}
            ) from None
        return typed

    def clean_website(self) -> str:
        """With https:// before it, when nothing else stands there."""
        typed = self._short("website")
        if not typed:
            return ""
        address = typed if "://" in typed else f"https://{typed}"
        try:
            URLValidator(schemes=["https", "http"])(address)
        except ValidationError:
            raise ValidationError(
                _("“%(typed)s” is not the address of a website. Write it like example.org.")
                % {"typed": typed}
            ) from None
        return address

    def clean_logo(self) -> UploadedFile | None:
        """Judged by its bytes, written anew (see `pages.uploads`)."""
        file: UploadedFile | None = self.cleaned_data.get("logo")
        return clean_image(file) if file else None

    def clean(self) -> dict[str, Any]:
        """Texts that are too long say by how much."""
        cleaned = super().clean() or {}
        for code in LANGUAGES:
            for name in PER_LANGUAGE:
                self._check_length(f"{name}_{code}", LIMITS[name])
        return cleaned

    def show_both(self, draft: OwnDraft) -> None:
        """An error at each field that now reads otherwise; the next save goes through."""
        self.is_valid()  # whatever else is wrong is said as well
        language = self.language
        for name in differing(draft.values, self.kept()):
            if name in self.fields:
                self.add_error(
                    name,
                    _(
                        "Meanwhile somebody saved here: “%(now)s”. Your text is kept below; save "
                        "again to put it in that place."
                    )
                    % {"now": spoken(name, draft.values[name], language) or "–"},
                )
        self.add_error(
            None,
            _("%(who)s saved this form after you opened it. Nothing of yours was saved yet.")
            % {"who": draft.by_name or _("Somebody")},
        )
        self.carry(draft.version)

    def carry(self, version: int) -> None:
        """What comes back with the form is the version whose text the person has now been shown."""
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(version)
        self.data = data

    def _short(self, name: str) -> str:
        typed = " ".join(str(self.cleaned_data[name]).split())
        if len(typed) > LIMITS[name]:
            raise ValidationError(_too_long(LIMITS[name], len(typed)))
        return typed

    def _check_length(self, name: str, limit: int) -> None:
        typed = str(self.cleaned_data.get(name) or "")
        if len(typed) > limit:
            self.add_error(name, _too_long(limit, len(typed)))


def _too_long(limit: int, count: int) -> str:
    return _("At most %(limit)d letters, now %(count)d.") % {"limit": limit, "count": count}
