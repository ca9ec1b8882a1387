"""Mail in the admin: its addresses and its line in the menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from monitoring.mailing import views


class MailMenuItem(MenuItem):
    """Seen only where mail is readable."""

    def is_shown(self, request: HttpRequest) -> bool:
        """On one machine with file delivery, for superusers."""
        return views.may_read(request)


@hooks.register("register_admin_urls")
def mail_urls() -> list[URLPattern]:
    """`/admin/mail/…`."""
    return [
        path("mail/", views.mail_list, name="mail_list"),
        path("mail/<int:pk>/", views.mail_detail, name="mail_detail"),
        path("mail/<int:pk>/html/", views.mail_html, name="mail_html"),
    ]


@hooks.register("register_admin_menu_item")
def mail_menu_item() -> MenuItem:
    """The line in the menu."""
    return MailMenuItem(
        _("Mail that left"), reverse_lazy("mail_list"), icon_name="mail", name="mail", order=930
    )
