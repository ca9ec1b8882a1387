"""What a person without a staff role sees of the admin: their own, and what the public sees.

Wagtail's rights say who may change a page; who may see it in lists, choosers and filters is wider:
a right to add under the list of news shows everybody's drafts there, and filters name everybody
who ever edited. Walked address by address in `tests/accounts/test_walk.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q
from django.http import HttpRequest
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from coalition.accounts.models import User
from monitoring.core.permissions import ROLES

STAFF = frozenset(ROLES) - {"member", "member-editor"}
"""Roles of the coalition's own staff, who work across organisations."""

_CACHE = "_is_limited"


def is_limited(user: User | AnonymousUser) -> bool:
    """Whether a person has no staff role and so sees no other organisation. One query a request."""
    if not user.is_authenticated or user.is_superuser:
        return False
    if not hasattr(user, _CACHE):
        setattr(user, _CACHE, not user.groups.filter(name__in=STAFF).exists())
    return bool(getattr(user, _CACHE))


class OwnPagesPolicy(PagePermissionPolicy):
    """Wagtail's rights, but a right to add below a page shows only one's own pages there."""

    def explorable_instances(self, user: User) -> Any:
        """Pages in lists, search and reports: those one may change, and the way down to them."""
        pages = super().explorable_instances(user)
        if not is_limited(user):
            return pages
        own = self.instances_user_has_any_permission_for(user, {"change"})
        on_the_way = Q()
        for right in self.get_cached_permissions_for_user(user):
            on_the_way |= Q(pk__in=right.page.get_ancestors(inclusive=True).values("pk"))
        return pages.filter(Q(pk__in=own.values("pk")) | on_the_way) if on_the_way else own

    def instances_user_has_any_permission_for(self, user: User, actions: Iterable[str]) -> Any:
        """Under a right to add, only the page itself and one's own pages count."""
        pages = super().instances_user_has_any_permission_for(user, actions)
        if not is_limited(user):
            return pages
        rights = self.get_cached_permissions_for_user(user)
        own = Q(owner=user)
        for right in rights:
            if right.permission.codename == "add_page":
                own |= Q(pk=right.page_id)
            else:
                own |= Q(path__startswith=right.page.path)
        return pages.filter(own)

    def user_has_any_permission_for_instance(
        self, user: User, actions: Iterable[str], instance: Page
    ) -> bool:
        """Likewise for one page."""
        allowed = super().user_has_any_permission_for_instance(user, actions, instance)
        if not allowed or not is_limited(user) or instance.owner_id == user.pk:
            return bool(allowed)
        codenames = self._get_permission_codenames(set(actions))
        return any(
            right.permission.codename in codenames
            and (
                instance.pk == right.page_id
                or (
                    right.permission.codename != "add_page"
                    and instance.path.startswith(right.page.path)
                )
            )
            for right in self.get_cached_permissions_for_user(user)
        )


def policy() -> OwnPagesPolicy:
    """The policy of every page type."""
    return OwnPagesPolicy(Page)


def explorable(user: User | AnonymousUser) -> Any:
    """The pages that a person's lists show."""
    from wagtail.permissions import policy_registry

    return policy_registry.get_by_type(Page).explorable_instances(user)


def linkable(user: User | AnonymousUser, pages: Any) -> Any:
    """The pages that a person may link to: the own, and others as the public sees them.

    A live page under whose title somebody is working is left out: the chooser shows the draft's.
    """
    if not is_limited(user):
        return pages
    as_published = Q(live=True, draft_title=F("title"), view_restrictions__isnull=True)
    allowed = Page.objects.filter(as_published | Q(pk__in=explorable(user).values("pk")))
    return pages.filter(pk__in=allowed.values("pk"))  # the chooser's search knows no joins


def narrow(filter_class: Any) -> None:
    """Make Wagtail's filter by person name nobody but oneself to a person without a staff role.

    The filter has no setting and no hook, and stands in every list of pages and every history.
    """
    original = filter_class.get_queryset

    def get_queryset(self: Any, request: HttpRequest) -> Any:
        people = original(self, request)
        if people is None:  # a history names its people another way
            people = self.extra.get("queryset")
        if people is None or not is_limited(request.user):
            return people
        return people.filter(pk=request.user.pk)

    filter_class.get_queryset = get_queryset
