"""What the registry adds to the admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from coalition.registry import own_admin
from coalition.registry.own_selectors import REVIEW_RIGHT
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


@hooks.register("register_admin_urls")
def own_draft_urls() -> list[URLPattern]:
    """What organisations have sent, and one of them to decide on."""
    return [
        path("own-drafts/", own_admin.own_drafts, name="own_drafts"),
        path("own-drafts/<int:pk>/", own_admin.review_draft, name="own_draft_review"),
    ]


class OwnDraftsItem(MenuItem):
    """Shown to those who may decide."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the person may publish for organisations."""
        return bool(request.user.has_perm(REVIEW_RIGHT))


@hooks.register("register_admin_menu_item")
def own_drafts_item() -> OwnDraftsItem:
    """Beside the organisations."""
    return OwnDraftsItem(
        _("Corrections of organisations"),
        reverse_lazy("own_drafts"),
        name="own-drafts",
        icon_name="edit",
        order=251,
    )
