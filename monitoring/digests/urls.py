"""Public addresses of the mails; the composition mounts them under each language."""

from __future__ import annotations

from django.urls import path

from monitoring.core.routes import route
from monitoring.digests import views

urlpatterns = [
    path(route("mail", ""), views.subscribe, name="subscribe"),
    path(route("mail", "t/<str:token>/"), views.confirm, name="subscribe_confirm"),
    path(route("manage", "t/<str:token>/"), views.subscriptions, name="subscriptions"),
    path(route("manage", "x/t/<str:token>/"), views.leave, name="subscription_leave"),
]
