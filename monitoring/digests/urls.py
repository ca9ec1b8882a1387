"""Public addresses of the mails; the composition mounts them under each language."""

from __future__ import annotations

from django.urls import path

from monitoring.core.routes import route
from monitoring.digests import manage, views

urlpatterns = [
    path(route("mail", ""), views.subscribe, name="subscribe"),
    path(route("mail", "t/<str:token>/"), views.confirm, name="subscribe_confirm"),
    path(route("manage", ""), views.fresh_link, name="subscriptions_fresh_link"),
    path(route("manage", "t/<str:token>/"), manage.subscriptions, name="subscriptions"),
    path(route("manage", "x/t/<str:token>/"), views.leave, name="subscription_leave"),
]
