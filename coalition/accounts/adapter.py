"""How allauth behaves here: nobody registers, mail leaves by the outbox, members land at tasks."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from coalition.accounts import demo
from coalition.accounts.notices import OF_ALLAUTH, note_device, notify
from monitoring.core import clock
from monitoring.core.clients import client_address
from monitoring.mailing.services import Prepared, prepare_mail, queue_prepared

OWN_MAILS = {"account/email/login_code": "login_code"}
"""allauth's mails that have a trio of ours; the others go through the same outbox as they are."""


def prepare_code_mail(*, address: str, code: str) -> Prepared:
    """The mail with a code, in the reader's language. Its body goes as soon as it is sent."""
    return prepare_mail(
        key=f"login-code:{uuid.uuid4().hex}",
        to=address,
        template=OWN_MAILS["account/email/login_code"],
        language=(get_language() or "kk")[:2],
        context={"code": code},
    )


class Adapter(DefaultAccountAdapter):
    """The one adapter of allauth's accounts; `ACCOUNT_ADAPTER` names it."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _(
            "This is not the code of the newest mail. "
            "It has six digits and is valid for 15 minutes."
        ),
        "too_many_login_attempts": _("Five wrong codes. Ask for a new one."),
        "email_password_mismatch": _("The address and the password do not belong together."),
    }
    SILENT = ("logged_in.txt", "logged_out.txt", "login_code_sent.txt")
    """Messages that only say what the next page shows anyway."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers: the secretariat appoints, the administrator makes editors."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """By TRUSTED_PROXIES, as everywhere."""
        return client_address(request)

    def format_email_subject(self, subject: str) -> str:
        """The sender's name says who writes; no prefix."""
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The code mail from our trio, deleted on sending; others through the same outbox."""
        if template_prefix in OWN_MAILS:
            mail = prepare_code_mail(address=email, code=str(context["code"]))
            queue_prepared(mail=mail, transient=True, urgent=True)
        else:
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Notices about the account in our words, to the one address a person has."""
        notify(user=user, event=OF_ALLAUTH[template_prefix], request=self.request)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """The end of every way of signing in: an unknown browser is told of by mail."""
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        if user.email not in demo.addresses():
            note_device(user=user, request=request, response=answer)
        return answer

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not right after signing in, and not to set up the first factor of an account."""
        user = self.request.user
        records = get_authentication_records(self.request, user)
        if records and clock.now().timestamp() - records[-1]["at"] < REAUTHENTICATION_TIMEOUT:
            return False
        if app == "allauth.mfa" and not Authenticator.objects.filter(user=user).exists():
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Only what a person does not see anyway."""
        if message_template and message_template.endswith(self.SILENT):
            return
        super().add_message(request, level, message_template, message_context, extra_tags, message)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Editors go to the admin, members to their tasks."""
        return landing(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Back to the door."""
        return reverse("account_login")

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """An account closed in the middle of signing in learns no more than a stranger."""
        return redirect("account_login")


def landing(request: HttpRequest) -> str:
    """Where a person goes who signed in and asked for no page."""
    may_edit = request.user.has_perm("wagtailadmin.access_admin")
    return reverse("wagtailadmin_home" if may_edit else "tasks")
