"""Application of the room `library`."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """The room `library`; its label is fixed for ever."""

    name = "coalition.library"
    label = "library"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register seeds, the kind of the search, sections, and who proposes entries."""
        from coalition.accounts import roles
        from coalition.library import frame, selectors
        from coalition.library import seeds as own
        from coalition.library.search import KIND
        from monitoring.core import sections, seeds
        from monitoring.search import kinds

        roles.grant_pages("member-editor", "library.LibraryIndexPage", "add")
        seeds.register("library", 91, own.seed_library)
        kinds.register(KIND)
        sections.register("organisation.page", 30, selectors.of_organisations)
        sections.register("footer", 15, frame.library)
