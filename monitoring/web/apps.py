"""Application of the room `web`."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The room `web`; its label is fixed for ever."""

    name = "monitoring.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
