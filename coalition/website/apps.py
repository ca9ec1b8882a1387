"""Application of the room `website`."""

from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    """The room `website`; its label is fixed for ever."""

    name = "coalition.website"
    label = "website"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the seeds, show the pages in the frame, say what waits for editors."""
        from coalition.pages.found import describe
        from coalition.website import cards, frame
        from coalition.website import seeds as own
        from coalition.website.about import contact_line
        from coalition.website.structured import ABOVE, DESCRIBED
        from coalition.website.todo import guide_todo
        from monitoring.core import found, permissions, sections, seeds

        seeds.register("website.tree", 55, own.seed_tree)
        seeds.register("website", 80, own.seed_pages)
        frame.show()
        found.draw_with(cards.address_of)
        for label, data in DESCRIBED.items():
            describe(label, data, ABOVE.get(label))
        for slot in ("decision.contact", "news.contact"):
            sections.register(slot, 50, contact_line)
        for role in ("secretariat", "administrator"):
            permissions.register(
                role,
                "website.add_grant",
                "website.change_grant",
                "website.delete_grant",
                "website.change_contactsettings",
            )
        sections.register("todo", 40, guide_todo)
