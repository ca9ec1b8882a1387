"""The settings of a kind of source as fields of a form, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from monitoring.evidence import kinds, reasons
from monitoring.evidence.entries import UnreadableError
from monitoring.evidence.kinds import CHOICE, FLAG, LINES, MAP, NUMBER, Kind, Setting
from monitoring.evidence.sandbox import SECONDS, read_apart

PREFIX = "setting_"
LONGEST = 500
MOST_LINES = 100


def fields_of(kind: Kind, settings: Mapping[str, Any]) -> dict[str, forms.Field]:
    """A field for every setting of a kind, filled with what a source has, by name in the form."""
    return {
        PREFIX + one.name: _field(one, settings.get(one.name, one.default)) for one in kind.settings
    }


def _field(setting: Setting, value: Any) -> forms.Field:
    said: dict[str, Any] = {
        "label": capfirst(setting.label),
        "help_text": setting.help,
        "required": setting.required,
        "initial": value,
    }
    if setting.shape == CHOICE:
        return forms.ChoiceField(choices=setting.choices, **said)
    if setting.shape == NUMBER:
        said |= {"min_value": setting.least, "max_value": setting.most, "required": True}
        return forms.IntegerField(**said)
    if setting.shape == FLAG:
        return forms.BooleanField(**{**said, "required": False})
    if setting.shape == LINES:
        return LinesField(**{**said, "initial": "\n".join(value or ())})
    if setting.shape == MAP:
        lines = "\n".join(f"{code} = {word}" for code, word in (value or {}).items())
        return MapField(**{**said, "initial": lines})
    return forms.CharField(max_length=LONGEST, **said)


class LinesField(forms.CharField):
    """Texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000, **kwargs)

    def to_python(self, value: Any) -> Any:
        """A list of the lines that hold something. Raises ValidationError for too many."""
        lines = [
            text for one in (super().to_python(value) or "").split("\n") if (text := one.strip())
        ]
        if len(lines) > MOST_LINES:
            raise ValidationError(_("At most %(most)s lines.") % {"most": MOST_LINES})
        return lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other lines stand there."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True

    def validate(self, value: Any) -> None:
        """Required means one line at least."""
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Of each line: those of a text."""
        for one in value:
            super().run_validators(one)


class MapField(LinesField):
    """Lines `code = word`."""

    def to_python(self, value: Any) -> Any:
        """A dictionary. Raises ValidationError that names the line at fault."""
        found: dict[str, str] = {}
        for one in super().to_python(value):
            code, sign, word = (part.strip() for part in one.partition("="))
            if not (code and sign and word):
                raise ValidationError(
                    _("“%(line)s”: write the code, an equals sign and the word.")
                    % {"line": one[:60]}
                )
            if code in found:
                raise ValidationError(_("“%(code)s” stands there twice.") % {"code": code[:60]})
            found[code] = word
        return found


def settings_from(kind: Kind, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What a valid form says of the settings of a kind."""
    return {
        one.name: cleaned[PREFIX + one.name]
        for one in kind.settings
        if PREFIX + one.name in cleaned
    }


def fault_of(kind: Kind, url: str, settings: Mapping[str, Any]) -> tuple[str, str]:
    """The setting that cannot work and why, in the active language; two empty texts if all can."""
    if not kind.check:
        return "", ""
    try:
        read_apart(kind.check, b"", url, kind.filled(settings))
    except UnreadableError as error:
        return error.setting, reasons.sentence(error.code, {"seconds": SECONDS})
    return "", ""


def kind_named(name: Any) -> Kind | None:
    """The kind of that name, if there is one."""
    try:
        return kinds.get(str(name))
    except KeyError:
        return None
