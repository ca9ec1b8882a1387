"""Writes about second factors beside allauth's own."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from wagtail.log_actions import log

from coalition.accounts.models import User
from coalition.accounts.notices import notify

FACTOR_RESET = "accounts.reset_factor"
"""Name of the entry in the log."""


def reset_factor(*, user: User, by: User | None) -> None:
    """Take a person's second factor away, who has lost it; it is set up anew at the next click.

    Sessions that rested on it end with it. Kept in the log, and told to the person by mail.
    """
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        log(instance=user, action=FACTOR_RESET, user=by)
        notify(user=user, event="factor-reset")
