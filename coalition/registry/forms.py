"""Forms of the registry in the admin."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from coalition.accounts.models import User
from coalition.accounts.services import create_user
from coalition.registry.bins import clean_bin, validate_bin
from coalition.registry.models import Organisation, Representative
from coalition.registry.services import EDITOR_ROLE, MEMBER_ROLE


class BinField(forms.CharField):
    """Takes a BIN as people write it, in groups."""

    def to_python(self, value: Any) -> str:
        """Without spaces and hyphens."""
        return clean_bin(super().to_python(value) or "")


class OrganisationForm(WagtailAdminModelForm):
    """An organisation's record; refuses to write over what somebody saved since it was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    bin = BinField(
        label=_("BIN"),
        required=False,
        validators=[validate_bin],
        help_text=_("12 digits. Not shown to readers."),
    )

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()  # the panels name them

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        """Both texts are shown, what was typed stays in its field, a second save goes through."""
        cleaned: dict[str, Any] = super().clean()
        if self.instance.pk:
            current = Organisation.objects.get(pk=self.instance.pk)
            if cleaned.get("version") != current.version:
                self.show_both(current)
        return cleaned

    def values(self) -> dict[str, Any]:
        """The typed fields of the record."""
        return {
            name: value for name, value in self.cleaned_data.items() if name in self._meta.fields
        }

    def show_both(self, current: Organisation) -> None:
        """An error at each field that now reads otherwise than typed."""
        differing = [
            name for name, typed in self.values().items() if not _is_same(current, name, typed)
        ]
        # What comes back with the form is the version whose text the person has now been shown.
        self.data = self.data.copy()  # type: ignore[has-type] # the base class is untyped
        self.data[self.add_prefix("version")] = str(current.version)
        self.cleaned_data["version"] = current.version
        for name in differing:
            self.add_error(
                name,
                gettext(
                    "Meanwhile somebody saved here: “%(now)s”. Your text is kept below; save again "
                    "to put it in that place."
                )
                % {"now": _as_shown(current, name)},
            )
        if differing:
            self.add_error(
                None, gettext("This record was changed after you opened it. Nothing was saved.")
            )


def _is_same(row: models.Model, name: str, typed: Any) -> bool:
    if row._meta.get_field(name).many_to_many:
        return set(typed) == set(getattr(row, name).all())
    return bool(typed == getattr(row, name))


def _as_shown(row: models.Model, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if row._meta.get_field(name).many_to_many:
        value = ", ".join(str(one) for one in value.all())
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return "–" if value in (None, "") else str(value)


class RepresentativeForm(WagtailAdminModelForm):
    """Who writes for which organisation; a person without an account gets one."""

    email = forms.EmailField(
        label=_("e-mail address of the person"),
        help_text=_("A person without an account gets one, and a mail that says how to sign in."),
    )
    role = forms.ChoiceField(
        label=_("What the person works with"),
        choices=[
            (MEMBER_ROLE, _("the page «Our organisation», no admin")),
            (EDITOR_ROLE, _("the admin too: the organisation’s three pages and news")),
        ],
        initial=MEMBER_ROLE,
        required=False,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of the mails to a new person"),
        choices=[("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))],
        initial="kk",
        required=False,
    )

    class Meta:
        model = Representative
        fields = ("organisation",)

    def clean_email(self) -> str:
        """The address in lower case: it is the login."""
        return str(self.cleaned_data["email"]).strip().lower()

    def person(self) -> User:
        """The person of the address, made at need. Raises ValidationError."""
        email = self.cleaned_data["email"]
        found = User.objects.filter(email=email).first()
        # A random password, since Django resets none that is unusable.
        language = self.cleaned_data["language"] or "kk"
        return found or create_user(
            email=email, password=secrets.token_urlsafe(32), language=language
        )
