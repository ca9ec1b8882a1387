"""Addresses of signing in and out, under a language. Registration and its kin have none."""

from __future__ import annotations

from allauth.account.views import LogoutView
from django.urls import path

from coalition.accounts import views
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
]
