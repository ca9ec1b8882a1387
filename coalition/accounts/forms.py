"""Forms of signing in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm as WagtailLoginForm

from monitoring.core.clients import bucket_key, client_network
from monitoring.core.services import take_token

TRIES_OF_A_PAIR = (8, 15 * 60)
"""Tries of one account from one address, and the seconds in which they come back.

The account is never closed as such: its owner, elsewhere, signs in while a guesser waits.
"""
TRIES_OF_AN_ADDRESS = (60, 15 * 60)
"""Tries of any account from one address; an office behind one address has many people."""


class LoginForm(WagtailLoginForm):
    """Wagtail's form, which also counts tries before it looks at a password."""

    error_messages = {
        **WagtailLoginForm.error_messages,
        "too_many": _(
            "Too many attempts to sign in from here. Wait 15 minutes or reset the password."
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Wagtail leaves this label in English and builds a hint that does not decline.
        self.fields["password"].label = _("Password")
        self.fields["username"].widget.attrs["placeholder"] = ""
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def clean(self) -> dict[str, Any]:
        """Refuse when too many were tried; the typed address stays in its field."""
        email = str(self.cleaned_data.get("username") or "").strip().lower()
        self.cleaned_data["username"] = email
        if email and self.cleaned_data.get("password") and not self._may_try(email):
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        cleaned: dict[str, Any] = super().clean()
        return cleaned

    def _may_try(self, email: str) -> bool:
        if self.request is None:
            return True
        address = client_network(self.request)
        buckets = (
            (bucket_key("login.pair", address, email), *TRIES_OF_A_PAIR),
            (bucket_key("login.address", address), *TRIES_OF_AN_ADDRESS),
        )
        return all(
            take_token(key=key, capacity=capacity, per_seconds=seconds)
            for key, capacity, seconds in buckets
        )
