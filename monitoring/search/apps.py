"""Application of the room `search`."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The room `search`; its label is fixed for ever."""

    name = "monitoring.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"
