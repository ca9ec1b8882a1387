"""Forms of signing in. They count tries before they look at a password or send a code."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from coalition.accounts.adapter import prepare_code_mail
from coalition.accounts.models import User
from monitoring.core.clients import bucket_key, client_network
from monitoring.core.services import take_token

TRIES_OF_A_PAIR = (8, 15 * 60)
"""Tries of one account from one address, and the seconds in which they come back.

The account is never closed as such: its owner, elsewhere, signs in while a guesser waits.
"""
TRIES_OF_AN_ADDRESS = (60, 15 * 60)
"""Tries of any account from one address; an office behind one address has many people."""
CODES_OF_A_PAIR = (5, 15 * 60)
"""Codes sent to one account at the wish of one address: 25 guesses of a million in 15 minutes."""

TOO_MANY = _("Too many attempts to sign in from here. Wait 15 minutes or reset the password.")
TOO_MANY_CODES = _("Too many codes were asked for from here. Wait 15 minutes.")
NOT_AN_ADDRESS = _("This is not an e-mail address. Write it like name@example.org.")
NO_ADDRESS = _("Enter your e-mail address.")


def may_try(request: HttpRequest, email: str, purpose: str, of_a_pair: tuple[int, int]) -> bool:
    """Whether this client may try this account once more. Counts the try."""
    address = client_network(request)
    buckets = (
        (bucket_key(f"{purpose}.pair", address, email), *of_a_pair),
        (bucket_key(f"{purpose}.address", address), *TRIES_OF_AN_ADDRESS),
    )
    return all(
        take_token(key=key, capacity=capacity, per_seconds=seconds)
        for key, capacity, seconds in buckets
    )


def _address_field(hint: Any = "") -> forms.EmailField:
    return forms.EmailField(
        label=_("Your e-mail address"),
        help_text=hint,
        error_messages={"required": NO_ADDRESS, "invalid": NOT_AN_ADDRESS},
        widget=forms.EmailInput(attrs={"autocomplete": "username", "inputmode": "email"}),
    )


class LoginForm(allauth_forms.LoginForm):
    """Address and password: for editors."""

    use_required_attribute = False  # our sentences, in the page's language, not the browser's

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = _address_field()
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            strip=False,
            error_messages={"required": _("Enter your password.")},
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        self.fields["remember"].label = _("Keep me signed in on this device")

    def clean_login(self) -> str:
        """In lower case: it is the login."""
        return str(super().clean_login()).lower()

    def clean(self) -> dict[str, Any]:
        """Refuse when too many were tried; the typed address stays in its field."""
        email = self.cleaned_data.get("login")
        if (
            email
            and self.cleaned_data.get("password")
            and not may_try(self.request, email, "login", TRIES_OF_A_PAIR)
        ):
            raise ValidationError(TOO_MANY, code="too_many")
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class RequestCodeForm(forms.Form):
    """An address that gets a code, if an account has it; the answer is the same for all."""

    use_required_attribute = False

    email = _address_field(_("A code of six digits comes to it; no password is needed."))

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self._user: User | None = None

    def clean_email(self) -> str:
        """Look for the account by its own address: allauth's table of addresses stays empty."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if not may_try(self.request, email, "code", CODES_OF_A_PAIR):
            raise ValidationError(TOO_MANY_CODES, code="too_many")
        self._user = User.objects.filter(email=email, is_active=True).first()
        if self._user is None:
            # The same work as for an account, so that the time of the answer tells nothing.
            prepare_code_mail(address=email, code=f"{secrets.randbelow(10**6):06}")
        return email


class ConfirmCodeForm(allauth_forms.ConfirmLoginCodeForm):
    """The six digits."""

    use_required_attribute = False

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        error_messages={"required": _("Enter the six digits of the mail.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )
