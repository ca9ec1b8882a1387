"""Who needs a second factor, and whether this session has given it.

Needed by everybody who has the admin: such a person publishes or sees others' data. The proof is
the id of an authenticator in the session; it is looked up at each request, so a factor that was
taken away ends every session that rested on it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from coalition.accounts import demo
from coalition.accounts.models import User


def is_needed(user: User) -> bool:
    """Whether a person may not go on without a second factor.

    The logins of a demonstration are spared: a stranger who tries the platform out on a laptop has
    their passwords from its terminal, and production has no such logins.
    """
    if settings.DEMO_LOGINS and user.email in demo.addresses():
        return False
    return bool(user.has_perm("wagtailadmin.access_admin"))


def is_proved(request: HttpRequest) -> bool:
    """Whether this session gave a factor that is still in force. One query at most."""
    records = get_authentication_records(request, request.user)
    ids = {record.get("id") for record in records if record.get("method") == "mfa"}
    ids.discard(None)
    return bool(ids) and Authenticator.objects.filter(user=request.user, pk__in=ids).exists()


class SecondFactor:
    """Leads whoever needs a factor and has not given it to the page that asks for it.

    A catch-all behind the stage of signing in: however a session came about, it goes no further.
    """

    AGAIN = ("wagtailusers_users:add", "wagtailusers_users:edit", "wagtailusers_users:delete")
    """Change addresses, passwords and roles of people: only soon after a password or a code."""

    OPEN = ("mfa_", "account_", "security_txt", "healthz", "readyz", "rendition")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """To the code, or to setting one up; the page that was asked for comes after."""
        # A reader without a session must not be given one by being looked at.
        if not settings.SECOND_FACTOR or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(self.OPEN) or not request.user.is_authenticated:
            return None
        if not is_needed(request.user) or is_proved(request):
            return self._again(request) if name in self.AGAIN else None
        has_one = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP)
        page = "mfa_reauthenticate" if has_one.exists() else "mfa_activate_totp"
        following = request.get_full_path() if request.method == "GET" else ""
        return redirect(f"{reverse(page)}?{urlencode({'next': following})}")

    def _again(self, request: HttpRequest) -> HttpResponse | None:
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        if not methods or not reauthentication.is_reauthentication_required(request, app=""):
            return None
        # A form that was sent meanwhile goes on from where it stood.
        answer: HttpResponse = reauthentication.suspend_request(request, methods[0]["url"])
        return answer


def _keys() -> MultiFernet:
    secrets = [str(one) for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    derived = (hashlib.sha256(b"second factor" + one.encode()).digest() for one in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in derived])


class FactorAdapter(DefaultMFAAdapter):
    """allauth's second factor as it is here: secrets encrypted, sentences of ours."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This is not the code that is valid now. Look at the app again: a new one comes every "
            "30 seconds."
        ),
    }

    def get_totp_issuer(self) -> str:
        """What the app shows beside the code."""
        return str(settings.SITE_NAMES["kk"])

    def encrypt(self, text: str) -> str:
        """A copy of the database alone gives nobody codes."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """With the key that is in use, or one of SECRET_KEY_FALLBACKS."""
        return _keys().decrypt(encrypted_text.encode()).decode()
