"""Public addresses of the mails; the composition mounts them under each language."""

from __future__ import annotations

from django.urls import path

from monitoring.core.routes import route
from monitoring.digests import issue_views, letter_pages, manage, views

urlpatterns = [
    path(route("mail", ""), views.subscribe, name="subscribe"),
    path(route("mail", "t/<str:token>/"), views.confirm, name="subscribe_confirm"),
    path(route("manage", ""), views.fresh_link, name="subscriptions_fresh_link"),
    path(route("manage", "t/<str:token>/"), manage.subscriptions, name="subscriptions"),
    path(route("manage", "x/t/<str:token>/"), views.leave, name="subscription_leave"),
    path(route("manage", "l/t/<str:token>/"), letter_pages.letters_leave, name="letters_leave"),
    path(route("issues", ""), issue_views.issues, name="digest_issues"),
    path(route("issues", "atom.xml"), issue_views.feed, name="digest_feed"),
    path(route("issues", "<int:year>/"), issue_views.issues, name="digest_year"),
    path(route("issues", "<int:year>/<int:pk>/"), issue_views.issue, name="digest_issue"),
    path(route("issues", "l/<int:pk>/"), letter_pages.letter, name="digest_letter"),
]
