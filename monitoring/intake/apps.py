"""Application of the room `intake`."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The room `intake`; its label is fixed for ever."""

    name = "monitoring.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
