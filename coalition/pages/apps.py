"""Application of the room `pages`."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The room `pages`; its label is fixed for ever."""

    name = "coalition.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to Wagtail and to localize; make pages known to the search."""
        from coalition.pages import listeners
        from coalition.pages.search import KIND
        from monitoring.search import kinds

        listeners.connect()
        kinds.register(KIND)
