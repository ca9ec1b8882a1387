"""Application of the room `web`."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The room `web`; its label is fixed for ever."""

    name = "monitoring.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Show the record in the navigation and the footer."""
        from monitoring.core import sections
        from monitoring.web.frame import footer, navigation

        sections.register("navigation", 10, navigation)
        sections.register("footer", 10, footer)
