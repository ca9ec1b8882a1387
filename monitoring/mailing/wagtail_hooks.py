"""Mail in the admin: its addresses and its line in the menu."""

from __future__ import annotations

from typing import Any

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
    """`/admin/delivery/…` and `/admin/mail/…`."""
    return [
        path("delivery/", views.delivery, name="mail_delivery"),
        path("delivery/release/", views.release, name="mail_release"),
        path("delivery/retry/<int:pk>/", views.retry, name="mail_retry"),
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


class DeliveryMenuItem(MenuItem):
    """Seen by those who answer for the mail."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For the secretariat and administrators."""
        user: Any = request.user
        return bool(user.has_perm("mailing.view_outgoingmail"))


@hooks.register("register_admin_menu_item")
def delivery_menu_item() -> MenuItem:
    """The line in the menu."""
    return DeliveryMenuItem(
        _("Delivery of mail"),
        reverse_lazy("mail_delivery"),
        icon_name="mail",
        name="delivery",
        order=925,
    )


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """Who released, cancelled or tried again stands in Wagtail's audit log."""
    actions.register_action("mailing.release", _("Let the mail go"), _("Mail released"))
    actions.register_action("mailing.cancel", _("Cancel waiting mail"), _("Waiting mail cancelled"))
    actions.register_action("mailing.retry", _("Try a mail again"), _("A mail tried again"))
