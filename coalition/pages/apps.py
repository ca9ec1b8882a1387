"""Application of the room `pages`."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The room `pages`; its label is fixed for ever."""

    name = "coalition.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to Wagtail and to localize."""
        from coalition.pages import listeners

        listeners.connect()
