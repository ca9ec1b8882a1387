"""Addresses of signing in and out, under a language. Registration and its kin have none."""

from __future__ import annotations

from allauth.account.views import LogoutView
from django.urls import path

from coalition.accounts import factor_views, views
from monitoring.core.routes import route

urlpatterns = [
    path(route("sign-in", ""), views.Door.as_view(), name="account_login"),
    path(route("sign-in", "kod/"), views.AskForCode.as_view(), name="account_request_login_code"),
    path(route("sign-in", "kod/6/"), views.Code.as_view(), name="account_confirm_login_code"),
    path(
        route("sign-out", ""),
        LogoutView.as_view(template_name="accounts/sign_out.html"),
        name="account_logout",
    ),
    path(route("sign-in", "rastau/"), factor_views.Authenticate.as_view(), name="mfa_authenticate"),
    path(route("sign-in", "rastau/2/"), factor_views.ByCode.as_view(), name="mfa_reauthenticate"),
    path(
        route("sign-in", "rastau/3/"),
        factor_views.ByPassword.as_view(),
        name="account_reauthenticate",
    ),
    path(route("second-factor", ""), factor_views.Index.as_view(), name="mfa_index"),
    path(
        route("second-factor", "qosu/"), factor_views.Activate.as_view(), name="mfa_activate_totp"
    ),
    path(
        route("second-factor", "oshiru/"),
        factor_views.Deactivate.as_view(),
        name="mfa_deactivate_totp",
    ),
    path(
        route("second-factor", "kodtar/"),
        factor_views.Codes.as_view(),
        name="mfa_view_recovery_codes",
    ),
    path(
        route("second-factor", "kodtar/zhana/"),
        factor_views.NewCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]
