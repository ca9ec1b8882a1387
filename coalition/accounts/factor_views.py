"""Pages of the second factor: setting it up, giving it, spare codes, taking it away.

allauth's views with our templates; every page works without JavaScript: the secret stands there as
letters and as a picture made here.
"""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import ReauthenticateView
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import permission_denied, permission_required

from coalition.accounts import factor
from coalition.accounts.adapter import landing
from coalition.accounts.factor_forms import (
    ActivateForm,
    AuthenticateForm,
    PasswordForm,
    ReauthenticateForm,
)
from coalition.accounts.factor_services import reset_factor
from coalition.accounts.models import User

NEXT = "second_factor_next"
"""Session key: the page that was asked for before the factor was set up."""


class _Refusing:
    """A wrong code is a bad request; what was typed stays."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The form again, with its error."""
        answer: HttpResponse = super().form_invalid(form)  # type: ignore[misc] # a mixin
        if answer.status_code == 200:
            answer.status_code = 400
        return answer


@method_decorator(never_cache, name="dispatch")
class Authenticate(_Refusing, base.AuthenticateView):
    """The second step of signing in."""

    template_name = "accounts/factor.html"

    def get_form_class(self) -> type[AuthenticateForm]:
        """Ours."""
        return AuthenticateForm


@method_decorator(never_cache, name="dispatch")
class ByCode(_Refusing, base.ReauthenticateView):
    """A code once more."""

    template_name = "accounts/again.html"

    def get_form_class(self) -> type[ReauthenticateForm]:
        """Ours."""
        return ReauthenticateForm


@method_decorator(never_cache, name="dispatch")
class ByPassword(_Refusing, ReauthenticateView):
    """The password once more."""

    template_name = "accounts/again.html"

    def get_form_class(self) -> type[PasswordForm]:
        """Ours."""
        return PasswordForm


@method_decorator(never_cache, name="dispatch")
class Activate(_Refusing, totp.ActivateTOTPView):
    """Setting up the app."""

    template_name = "accounts/factor_activate.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep where the person was going."""
        following = request.GET.get("next", "")
        if following and url_has_allowed_host_and_scheme(following, {request.get_host()}):
            request.session[NEXT] = following
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def get_form_class(self) -> type[ActivateForm]:
        """Ours."""
        return ActivateForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The secret in groups of four, as apps ask for it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        context["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        context["needed"] = factor.is_needed(self.request.user)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """The person who has just shown a code has proved to hold the app."""
        answer: HttpResponse = super().form_valid(form)
        own = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        record_authentication(
            self.request, self.request.user, "mfa", id=own.pk, type=own.type, reauthenticated=True
        )
        return answer


@method_decorator(never_cache, name="dispatch")
class Deactivate(totp.DeactivateTOTPView):
    """Taking the app away, to set up another."""

    template_name = "accounts/factor_deactivate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whoever needs a factor sets the next one up at once."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["needed"] = factor.is_needed(self.request.user)
        return context


@method_decorator(never_cache, name="dispatch")
class Index(base.IndexView):
    """What stands, and what can be changed."""

    template_name = "accounts/factor_index.html"


@method_decorator(never_cache, name="dispatch")
class Codes(codes.ViewRecoveryCodesView):
    """The spare codes, to print or write down."""

    template_name = "accounts/factor_codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """And the way on."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["following"] = self.request.session.get(NEXT) or landing(self.request)
        return context


@method_decorator(never_cache, name="dispatch")
class NewCodes(codes.GenerateRecoveryCodesView):
    """New spare codes; the old ones end."""

    template_name = "accounts/factor_new_codes.html"


@permission_required("accounts.change_user")
@reauthentication_required(enabled=True)
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """An administrator takes the factor of somebody who has lost it; asks first."""
    person = get_object_or_404(User, pk=pk)
    if person.is_superuser and not request.user.is_superuser:
        answer: HttpResponse = permission_denied(request)
        return answer
    if request.method == "POST":
        reset_factor(user=person, by=get_object_or_404(User, pk=request.user.pk or 0))
        messages.success(request, _("The second step is reset; the person was told by mail."))
        return redirect(reverse("wagtailusers_users:edit", args=[person.pk]))
    has_one = Authenticator.objects.filter(user=person).exists()
    context = {"person": person, "has_one": has_one}
    return render(request, "accounts/admin/reset_factor.html", context)
