"""Forms of the second factor. Tries are counted before a code is looked at."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.core import context
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from coalition.accounts.forms import TOO_MANY, TRIES_OF_A_PAIR, may_try
from coalition.accounts.models import User
from monitoring.core.clients import bucket_key
from monitoring.core.services import take_token

CODES_OF_AN_ACCOUNT = (60, 60 * 60)
"""Codes tried for one account from anywhere. Only who has passed the first step gets so far, so a
stranger cannot use this up; and 60 an hour of a million is nothing to a guesser."""


def _count(user: User) -> None:
    capacity, seconds = CODES_OF_AN_ACCOUNT
    allowed = may_try(context.request, str(user.pk), "factor", TRIES_OF_A_PAIR) and take_token(
        key=bucket_key("factor.account", str(user.pk)), capacity=capacity, per_seconds=seconds
    )
    if not allowed:
        raise ValidationError(TOO_MANY, code="too_many")


def _code_field(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=20,
        error_messages={"required": _("Enter the code.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


class _Code:
    """A code of the app or of the list, with or without spaces."""

    use_required_attribute = False
    label: Any = _("Code of the app, or a recovery code")
    hint: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field(self.label, self.hint)  # type: ignore[attr-defined] # a mixin

    def clean_code(self) -> str:
        """Count, then look."""
        _count(self.user)  # type: ignore[attr-defined] # a mixin
        cleaned = self.cleaned_data  # type: ignore[attr-defined] # a mixin
        cleaned["code"] = "".join(str(cleaned["code"]).split())
        return str(super().clean_code())  # type: ignore[misc] # a mixin


class AuthenticateForm(_Code, base.AuthenticateForm):
    """The second step of signing in."""


class ReauthenticateForm(_Code, base.ReauthenticateForm):
    """Once more, before something that matters."""


class ActivateForm(_Code, totp.ActivateTOTPForm):
    """The first code proves that the app has the secret."""

    label = _("Code that the app shows now")
    hint = _("Six digits.")


class PasswordForm(account_forms.ReauthenticateForm):
    """The password once more."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            strip=False,
            error_messages={"required": _("Enter your password.")},
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )

    def clean_password(self) -> str:
        """Count, then look."""
        _count(self.user)
        return str(super().clean_password())
