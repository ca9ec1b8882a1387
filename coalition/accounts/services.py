"""Writes of the room `accounts`: people, and the groups that carry their roles."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Q
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowMixin,
    WorkflowPage,
    WorkflowTask,
)
from wagtail.snippets.models import get_snippet_models
from wagtail.users.models import UserProfile

from coalition.accounts import roles
from coalition.accounts.models import User
from monitoring.core import permissions

ADMIN_LANGUAGE = "ru"
"""What the admin reads in until a person chooses: Wagtail itself ships Russian, not Kazakh."""

REVIEW = "Хатшылықтың тексеруі · Проверка секретариатом · Secretariat review"
"""Name of the one workflow and its task: a stored name has no language of its own."""

OLD_REVIEW = "Хатшылық · Секретариат · Secretariat"
"""What they were called at first."""

STOCK_REVIEW = "Moderators approval"
"""What Wagtail's own migration calls its workflow and task."""


def create_user(
    *,
    email: str,
    password: str | None = None,
    first_name: str = "",
    last_name: str = "",
    role: str = "",
    superuser: bool = False,
    language: str = "",
) -> User:
    """Make a person who signs in, with a role and a language (by default a Russian admin).

    Raises ValidationError for an address that is wrong or taken, Group.DoesNotExist when the
    groups were never synced.
    """
    user = User(
        email=email,
        first_name=first_name,
        last_name=last_name,
        is_superuser=superuser,
        is_staff=superuser,
    )
    user.set_password(password)
    user.full_clean()
    with transaction.atomic():
        user.save()
        if role:
            user.groups.add(Group.objects.get(name=role))
        prepare_profile(user=user, language=language)
    return user


def prepare_profile(*, user: User, language: str = "") -> None:
    """Give a person a language, by default the admin's, unless one was chosen."""
    profile = UserProfile.get_for_user(user)
    if not profile.preferred_language:
        profile.preferred_language = language or ADMIN_LANGUAGE
        profile.save(update_fields=["preferred_language"])


def language_of(user: User) -> str:
    """The language in which a person reads the admin and its mails."""
    return str(UserProfile.get_for_user(user).preferred_language or ADMIN_LANGUAGE)[:2]


def sync_groups() -> dict[str, int]:
    """Make the groups of the roles say exactly what the list of roles says. Idempotent.

    1. One group a role, with the permissions that the rooms registered.
    2. Rights on the tree of pages and on the library of images and documents.
    3. One workflow, approved by the secretariat, bound to the whole tree and to the texts that
       have drafts (of decisions).
    4. Wagtail's own groups and workflow go, unless someone is in them.

    Groups of single organisations are the registry's and stay as they are. Returns the number of
    permissions a role. Raises ImproperlyConfigured for a permission that no model has.
    """
    counts: dict[str, int] = {}
    with transaction.atomic():
        for role in permissions.ROLES:
            group, _ = Group.objects.get_or_create(name=role)
            names = set(permissions.granted(role))
            if role not in roles.NO_ADMIN:
                names.add("wagtailadmin.access_admin")
            counts[role] = len(names)
            group.permissions.set(_found(role, names))
            _set_pages(group, role)
            _set_library(group, roles.WHOLE_LIBRARY.get(role, ()))
        _seed_review()
        _remove_stock()
    return counts


def _found(role: str, names: Iterable[str]) -> list[Permission]:
    wanted = {tuple(name.split(".", 1)) for name in names}
    if not wanted:
        return []
    query = Q()
    for label, codename in wanted:
        query |= Q(content_type__app_label=label, codename=codename)
    found = list(Permission.objects.filter(query).select_related("content_type"))
    missing = wanted - {(one.content_type.app_label, one.codename) for one in found}
    if missing:
        raise ImproperlyConfigured(
            f"the role {role} is granted permissions that no model has: "
            + ", ".join(sorted(".".join(one) for one in missing))
        )
    return found


def _set_pages(group: Group, role: str) -> None:
    root = Page.objects.get(depth=1)
    wanted = {(root.pk, right) for right in roles.WHOLE_TREE.get(role, ())}
    for (other, model), rights in roles.granted_below().items():
        if other == role:
            ids = apps.get_model(model).objects.values_list("pk", flat=True)
            wanted |= {(page, right) for page in ids for right in rights}
    set_page_rights(group=group, wanted=wanted)


def set_page_rights(*, group: Group, wanted: set[tuple[int, str]]) -> None:
    """Give a group exactly these rights on pages: pairs of page id and right."""
    by_codename = {
        one.codename: one
        for one in Permission.objects.filter(
            content_type__app_label=Page._meta.app_label, content_type__model="page"
        )
    }
    has = {
        (one.page_id, one.permission.codename.removesuffix("_page")): one.pk
        for one in GroupPagePermission.objects.filter(group=group).select_related("permission")
    }
    GroupPagePermission.objects.filter(pk__in=[has[key] for key in has.keys() - wanted]).delete()
    GroupPagePermission.objects.bulk_create(
        GroupPagePermission(group=group, page_id=page, permission=by_codename[f"{right}_page"])
        for page, right in sorted(wanted - has.keys())
    )


def _set_library(group: Group, rights: Iterable[str]) -> None:
    root = Collection.objects.get(depth=1)
    set_collection_rights(group=group, collection=root, rights=rights)


def set_collection_rights(*, group: Group, collection: Collection, rights: Iterable[str]) -> None:
    """Give a group exactly these rights on images and documents of a collection."""
    kinds = ("image", "document")
    wanted = {
        one.pk: one
        for one in Permission.objects.filter(
            content_type__app_label__in=("wagtailimages", "wagtaildocs"),
            codename__in=[f"{right}_{kind}" for right in rights for kind in kinds],
        )
    }
    existing = GroupCollectionPermission.objects.filter(group=group, collection=collection)
    existing.exclude(permission__in=wanted).delete()
    has = set(existing.values_list("permission_id", flat=True))
    GroupCollectionPermission.objects.bulk_create(
        GroupCollectionPermission(group=group, collection=collection, permission=permission)
        for pk, permission in wanted.items()
        if pk not in has
    )


def _seed_review() -> None:
    secretariat = Group.objects.get(name="secretariat")
    root = Page.objects.get(depth=1)
    GroupApprovalTask.objects.filter(name=OLD_REVIEW).update(name=REVIEW)
    Workflow.objects.filter(name=OLD_REVIEW).update(name=REVIEW)
    task = GroupApprovalTask.objects.filter(name=REVIEW).first()
    if task is None:
        task = GroupApprovalTask.objects.create(name=REVIEW, active=True)
    if secretariat not in task.groups.all():
        task.groups.add(secretariat)
    workflow, _ = Workflow.objects.get_or_create(name=REVIEW, defaults={"active": True})
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    bound = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    if bound is None:
        WorkflowPage.objects.create(page=root, workflow=workflow)
    elif bound.workflow.name == STOCK_REVIEW:
        # The one that Wagtail's migration bound; a workflow that a person bound stays.
        bound.workflow = workflow
        bound.save(update_fields=["workflow"])
    for model in get_snippet_models():
        if issubclass(model, WorkflowMixin):
            kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
            WorkflowContentType.objects.get_or_create(
                content_type=kind, defaults={"workflow": workflow}
            )


def _remove_stock() -> None:
    Group.objects.filter(name__in=("Moderators", "Editors"), user=None).delete()
    unused = Workflow.objects.filter(
        name=STOCK_REVIEW, workflow_pages=None, workflow_content_types=None, workflow_states=None
    )
    unused.delete()
    GroupApprovalTask.objects.filter(
        name=STOCK_REVIEW, workflow_tasks=None, task_states=None
    ).delete()
