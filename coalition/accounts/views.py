"""The one door by which people sign in, for members and editors alike.

Whoever signs in comes through `Door` (address and password) or `Code` after `AskForCode` (a mailed
code); both end in allauth's `perform_login`, so a further step for everybody (a second factor) is a
stage of allauth's (`Adapter.get_login_stages`), not a view. Wagtail's own sign-in under /admin/
only leads here (`to_the_door`), and no other view calls `login()`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account import views as allauth_views
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.stages import LoginByCodeStage, LoginStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from coalition.accounts.forms import ConfirmCodeForm, LoginForm, RequestCodeForm


class _AtTheDoor:
    """What both ways share: the page, and where a person goes who has signed in already."""

    template_name = "accounts/sign_in.html"
    request: HttpRequest

    def get_authenticated_redirect_url(self) -> str:
        """The asked page; but not the admin, which sent a person without rights here."""
        asked = str(super().get_authenticated_redirect_url())  # type: ignore[misc] # a mixin
        to_admin = urlsplit(asked).path.startswith("/admin/")
        if to_admin and not self.request.user.has_perm("wagtailadmin.access_admin"):
            return reverse("tasks")
        return asked

    def _redirect_to_pending_stage(
        self, request: HttpRequest, stage: LoginStage
    ) -> HttpResponse | None:
        # Whoever mistyped the address may begin anew; other stages are finished first.
        if stage.key == LoginByCodeStage.key:
            return None
        answer: HttpResponse | None = super()._redirect_to_pending_stage(request, stage)  # type: ignore[misc] # a mixin
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Both forms stand on the page, whichever was sent."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc] # a mixin
        form = context["form"]
        sent = form if form.is_bound else None
        context["code_form"] = (
            sent if isinstance(sent, RequestCodeForm) else RequestCodeForm(request=self.request)
        )
        context["password_form"] = (
            sent if isinstance(sent, LoginForm) else LoginForm(request=self.request)
        )
        context["sent_form"] = sent
        following = context["redirect_field_value"] or ""
        context["for_editors"] = isinstance(sent, LoginForm) or following.startswith("/admin/")
        return context

    def form_invalid(self, form: Any) -> HttpResponse:
        """The form again, with its errors and what was typed."""
        return self.render_to_response(  # type: ignore[attr-defined,no-any-return] # a mixin
            self.get_context_data(form=form), status=400
        )


class Door(_AtTheDoor, allauth_views.LoginView):
    """Address and password."""

    form_class = LoginForm

    def get_form_class(self) -> type[LoginForm]:
        """Ours."""
        return LoginForm


class AskForCode(_AtTheDoor, allauth_views.RequestLoginCodeView):
    """An address; the answer is the same whether an account has it or not."""

    form_class = RequestCodeForm

    def get_form_class(self) -> type[RequestCodeForm]:
        """Ours."""
        return RequestCodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form counts by the client's address."""
        return {**super().get_form_kwargs(), "request": self.request}


class Code(allauth_views.ConfirmLoginCodeView):
    """The code out of the mail: five tries, 15 minutes, in the browser that asked for it."""

    template_name = "accounts/code.html"
    refused = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where nothing waits for a code (any more), say why before the way back to the door."""
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        waiting = LOGIN_SESSION_KEY in request.session
        if not (waiting or self.refused or request.user.is_authenticated):
            messages.warning(
                request,
                _(
                    "No code is valid in this browser any more: it lives for 15 minutes. "
                    "Ask for a new one."
                ),
            )
        return answer

    def get_form_class(self) -> type[ConfirmCodeForm]:
        """Ours."""
        return ConfirmCodeForm

    def form_invalid(self, form: Any) -> HttpResponse:
        """A wrong code is a bad request; the fifth leads back to the door."""
        answer: HttpResponse = super().form_invalid(form)
        if answer.status_code == 200:
            answer.status_code = 400
        else:
            self.refused = True  # five wrong ones: that sentence is said already
        return answer


@never_cache
def to_the_door(request: HttpRequest) -> HttpResponse:
    """Wagtail's address of signing in leads to the one door; nothing is read from a POST."""
    following = request.GET.get("next") or reverse("wagtailadmin_home")
    return redirect(f"{reverse('account_login')}?{urlencode({'next': following})}")
