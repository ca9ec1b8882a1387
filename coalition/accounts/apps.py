"""Application of the room `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room `accounts`; its label is fixed for ever."""

    name = "coalition.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the seeds and what roles may do with people."""
        from django.contrib.auth.models import Group
        from wagtail.admin.filters import MultipleUserFilter
        from wagtail.models import Page
        from wagtail.permissions import register_permission_policy
        from wagtail.users.views import groups

        from coalition.accounts import limits, nudges
        from coalition.accounts import seeds as own
        from coalition.accounts.roles import label_of
        from coalition.accounts.todo import workflow_todo
        from monitoring.core import permissions, sections, seeds, sweeps

        permissions.register(
            "administrator",
            "accounts.add_user",
            "accounts.change_user",
            "accounts.delete_user",
            "wagtailcore.add_collection",
            "wagtailcore.change_collection",
            "wagtailcore.delete_collection",
            "wagtailcore.add_workflow",
            "wagtailcore.change_workflow",
            "wagtailcore.add_task",
            "wagtailcore.change_task",
            "wagtailredirects.add_redirect",
            "wagtailredirects.change_redirect",
            "wagtailredirects.delete_redirect",
        )
        register_permission_policy(Page, limits.policy())
        # Groups are named by the keys of the roles; forms and lists show a group by str().
        Group.add_to_class("__str__", lambda group: label_of(group.name))
        groups.IndexView.columns[0].accessor = str
        limits.narrow(MultipleUserFilter)
        permissions.register("translator", "wagtail_localize.submit_translation")
        permissions.register("secretariat", "wagtail_localize.submit_translation")
        sections.register("todo", 10, workflow_todo)
        sweeps.register(nudges.SWEEP, 600, nudges.nudge_due)
        seeds.register("accounts.roles", 50, own.seed_roles)
        seeds.register("accounts.trees", 95, own.seed_trees)
