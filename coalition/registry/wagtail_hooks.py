"""What the registry adds to the admin."""

from __future__ import annotations

from wagtail import hooks

from coalition.registry.viewsets import MembersGroup


@hooks.register("register_admin_viewset")
def members() -> MembersGroup:
    """Organisations, their standing, their representatives."""
    return MembersGroup()
