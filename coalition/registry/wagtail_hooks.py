"""What the registry adds to the admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from coalition.registry.reports import OrganisationsToConfirm
from coalition.registry.viewsets import MembersGroup


@hooks.register("register_admin_viewset")
def members() -> MembersGroup:
    """Organisations, their standing, their representatives."""
    return MembersGroup()


@hooks.register("register_admin_urls")
def report_urls() -> list[URLPattern]:
    """`/admin/reports/organisations/`."""
    view = OrganisationsToConfirm
    return [
        path("reports/organisations/", view.as_view(), name="organisations_to_confirm"),
        path(
            "reports/organisations/results/",
            view.as_view(results_only=True),
            name="organisations_to_confirm_results",
        ),
    ]


class ConfirmMenuItem(MenuItem):
    """Shown to those who may set a standing."""

    def is_shown(self, request: HttpRequest) -> bool:
        """The report's right."""
        return any(request.user.has_perm(right) for right in OrganisationsToConfirm.rights)


@hooks.register("register_reports_menu_item")
def confirm_menu_item() -> MenuItem:
    """After the translations."""
    return ConfirmMenuItem(
        _("Organisations to confirm"),
        reverse_lazy("organisations_to_confirm"),
        name="organisations-to-confirm",
        icon_name="group",
        order=120,
    )
