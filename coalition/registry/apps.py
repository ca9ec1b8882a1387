"""Application of the room `registry`."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """The room `registry`; its label is fixed for ever."""

    name = "coalition.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register seeds, search and what roles may do with organisations."""
        from coalition.pages import review
        from coalition.registry import data_checks, own_selectors, own_services, search
        from coalition.registry import seeds as own
        from coalition.registry.sheet.services import finish_pages
        from coalition.registry.todo import organisations_todo
        from monitoring.core import permissions, sections, seeds, sweeps
        from monitoring.digests import audiences

        for role in ("secretariat", "administrator"):
            permissions.register(
                role,
                "registry.add_organisation",
                "registry.change_organisation",
                "registry.add_standing",
                "registry.view_standing",
                "registry.add_representative",
                "registry.view_representative",
                "registry.delete_representative",
            )
        search.register_kind()
        review.leave_to(own_services.is_own)
        audiences.register("members", own_selectors.digests_of_members)
        sweeps.register("registry.pages", 60, finish_pages)
        sections.register("todo", 70, organisations_todo)
        sections.register("todo", 5, own_selectors.own_todo)
        sections.register("todo", 6, own_selectors.review_todo)
        sweeps.register("registry.ask_data", 3600, data_checks.ask_due)
        sweeps.register("registry.settle_drafts", 60, own_services.settle_drafts)
        seeds.register("registry.organisations", 60, own.seed_organisations)
        seeds.register("registry.pages", 85, own.seed_pages)
