"""The roles as a person reads them, and what each may do with pages, images and documents.

What a role may do with a room's own models the rooms say themselves (`core.permissions`); trees of
pages belong to Wagtail, so rights on them stand here. An upper room that owns a page type grants
rights below its pages with `grant_pages()` in its `ready()`.
"""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.core.permissions import ROLES

LABELS = {
    "member": _("Member"),
    "member-editor": _("Editor of a member organisation"),
    "editor": _("Editor"),
    "analyst": _("Analyst"),
    "translator": _("Translator"),
    "moderator": pgettext_lazy("role", "Moderator"),
    "secretariat": _("Secretariat"),
    "administrator": _("Administrator"),
}


def label_of(name: str) -> str:
    """A group's name as people read it: a role in their language, another name as it stands."""
    return str(LABELS.get(name, name))


NO_ADMIN = frozenset({"member"})
"""Roles without the admin; a member answers by forms of the site."""

WHOLE_TREE: dict[str, tuple[str, ...]] = {
    "editor": ("add", "change"),
    "translator": ("change",),
    "secretariat": ("add", "change", "publish", "lock", "unlock", "bulk_delete"),
    "administrator": ("add", "change", "publish", "lock", "unlock", "bulk_delete"),
}
"""Rights on the root page, hence on every page. Only secretariat and administrator publish."""

WHOLE_LIBRARY: dict[str, tuple[str, ...]] = {
    "editor": ("add", "change", "choose"),
    "analyst": ("add", "choose"),
    "translator": ("choose",),
    "secretariat": ("add", "change", "choose"),
    "administrator": ("add", "change", "choose"),
}
"""Rights on images and documents of the root collection, hence of every collection."""

_below: dict[tuple[str, str], set[str]] = defaultdict(set)


def grant_pages(role: str, model: str, *rights: str) -> None:
    """Grant a role rights (`add`, `change`, `publish` …) on every page of a type and below it.

    `model` is "app_label.ModelName"; rooms call this in `ready()`. Raises ValueError for an
    unknown role.
    """
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}")
    _below[role, model].update(rights)


def granted_below() -> dict[tuple[str, str], frozenset[str]]:
    """What the rooms have granted: (role, page type) to rights."""
    return {key: frozenset(rights) for key, rights in _below.items()}
