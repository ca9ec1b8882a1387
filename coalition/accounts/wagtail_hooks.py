"""What the admin does for people: the language of a new one; no list shows another's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.action_menu import SubmitForModerationMenuItem
from wagtail.admin.auth import permission_denied
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab
from wagtail.admin.widgets import Button
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.permissions import policy_registry
from wagtail.snippets.action_menu import SubmitForModerationMenuItem as SubmitSnippetMenuItem

from coalition.accounts import admin_views, factor_views
from coalition.accounts.factor_services import FACTOR_RESET
from coalition.accounts.limits import is_limited, linkable
from coalition.accounts.models import User
from coalition.accounts.panels import OwnPagesPanel, SendForReview, SendTextForReview, TodoPanel
from coalition.accounts.services import prepare_profile

SEEING = ("choose", "change", "delete")


@hooks.register("after_create_user")
def read_russian(request: HttpRequest, user: User) -> None:
    """A person made in the admin reads it in Russian until another language is chosen."""
    prepare_profile(user=user)


@hooks.register("before_create_user")
def make_no_superuser(request: HttpRequest) -> HttpResponse | None:
    """Only a superuser makes another: the role of administrators stops before that."""
    if "is_superuser" in request.POST and not request.user.is_superuser:
        refused: HttpResponse = permission_denied(request)
        return refused
    return None


@hooks.register("before_edit_user")
def leave_superusers_alone(request: HttpRequest, user: User) -> HttpResponse | None:
    """An administrator who could change a superuser's password would be one."""
    if user.is_superuser and not request.user.is_superuser:
        refused: HttpResponse = permission_denied(request)
        return refused
    answer: HttpResponse | None = make_no_superuser(request)
    return answer


@hooks.register("register_user_listing_buttons")
def way_to_reset(user: User, request_user: User) -> list[Button]:
    """For whoever lost telephone and recovery codes."""
    may = request_user.has_perm("accounts.change_user")
    if not may or (user.is_superuser and not request_user.is_superuser):
        return []
    address = reverse("reset_factor", args=[user.pk])
    return [Button(gettext_lazy("Reset the second step"), address, icon_name="lock", priority=40)]


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    """The page that resets a second factor."""
    return [path("second-step/<int:pk>/reset/", factor_views.reset, name="reset_factor")]


@hooks.register("register_log_actions")
def actions(registry: Any) -> None:
    """What the log of people says."""
    registry.register_action(
        FACTOR_RESET,
        gettext_lazy("Reset the second step"),
        gettext_lazy("Second step reset by an administrator"),
    )


@hooks.register("construct_main_menu")
def no_doors_that_are_closed(request: HttpRequest, items: list[Any]) -> None:
    """Reports go over all organisations; who may not open them is not shown the way."""
    if is_limited(request.user):
        items[:] = [item for item in items if item.name != "reports"]


@hooks.register("register_admin_urls")
def guide_urls() -> list[URLPattern]:
    """`/admin/guide/` and its pictures."""
    return [
        path("guide/", admin_views.editors_guide, name="editors_guide"),
        path(
            "guide/<slug:language>/<int:step>.webp",
            admin_views.guide_picture,
            name="editors_guide_picture",
        ),
    ]


@hooks.register("register_help_menu_item")
def guide_menu_item() -> MenuItem:
    """First in the menu of help."""
    return MenuItem(
        gettext_lazy("Editors' guide"),
        reverse_lazy("editors_guide"),
        name="editors-guide",
        icon_name="help",
        order=10,
    )


@hooks.register("construct_help_menu")
def only_our_help(request: HttpRequest, items: list[Any]) -> None:
    """Wagtail's own links lead to a third party, in English."""
    foreign = ("whats-new-in-wagtail", "editor-guide")
    items[:] = [one for one in items if not one.name.startswith(foreign)]


@hooks.register("construct_homepage_panels")
def todo_first(request: HttpRequest, panels: list[Any]) -> None:
    """What waits for the person stands above everything else."""
    panels += [TodoPanel(), OwnPagesPanel()]


class NudgesForm(forms.ModelForm[User]):
    """The one switch."""

    class Meta:
        model = User
        fields = ("wants_nudges",)


@hooks.register("register_account_settings_panel")
class NudgesPanel(BaseSettingsPanel):
    """In a person's account, beside the switches of the review's mails."""

    name = "nudges"
    title = gettext_lazy("Weekly mail")
    tab = notifications_tab
    order = 50
    form_class = NudgesForm


@hooks.register("construct_page_action_menu")
def say_send_for_review(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """One button, one word, whatever the workflow is called in three languages."""
    items[:] = [
        SendForReview(order=one.order) if type(one) is SubmitForModerationMenuItem else one
        for one in items
    ]


@hooks.register("construct_snippet_action_menu")
def say_it_for_texts(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Likewise for texts of decisions."""
    items[:] = [
        SendTextForReview(order=one.order) if type(one) is SubmitSnippetMenuItem else one
        for one in items
    ]


@hooks.register("construct_page_chooser_queryset")
def choose_what_is_public(pages: Any, request: HttpRequest) -> Any:
    """Others' drafts are not offered for links."""
    return linkable(request.user, pages)


def _usable(user: User, files: Any) -> Any:
    policy = policy_registry.get_by_type(files.model)
    return files.filter(
        pk__in=policy.instances_user_has_any_permission_for(user, SEEING).values("pk")
    )


class OwnImages(ImagesAdminAPIViewSet):
    """The admin's list of images, of those collections only that a person may use."""

    def get_queryset(self) -> Any:
        """Wagtail's own list asks no right."""
        return _usable(self.request.user, super().get_queryset())


class OwnDocuments(DocumentsAdminAPIViewSet):
    """The same for documents."""

    def get_queryset(self) -> Any:
        """Wagtail's own list asks no right."""
        return _usable(self.request.user, super().get_queryset())


@hooks.register("construct_admin_api", order=100)
def own_files(router: Any) -> None:
    """In the place of Wagtail's own endpoints, which show every collection."""
    router.register_endpoint("images", OwnImages)
    router.register_endpoint("documents", OwnDocuments)
