"""Application of the room `digests`."""

from django.apps import AppConfig


class DigestsConfig(AppConfig):
    """The room `digests`; its label is fixed for ever."""

    name = "monitoring.digests"
    label = "digests"
    default_auto_field = "django.db.models.BigAutoField"
