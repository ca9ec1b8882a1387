"""Application of the room `journal`."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """The room `journal`; its label is fixed for ever."""

    name = "monitoring.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
