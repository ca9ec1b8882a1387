"""Application of the room `website`."""

from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    """The room `website`; its label is fixed for ever."""

    name = "coalition.website"
    label = "website"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the seeds, show the pages in the frame, say what waits for editors."""
        from coalition.website import frame
        from coalition.website import seeds as own
        from coalition.website.todo import guide_todo
        from monitoring.core import sections, seeds

        seeds.register("website.tree", 55, own.seed_tree)
        seeds.register("website", 80, own.seed_pages)
        frame.show()
        sections.register("todo", 40, guide_todo)
