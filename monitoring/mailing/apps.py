"""Application of the room `mailing`."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """The room `mailing`; its label is fixed for ever."""

    name = "monitoring.mailing"
    label = "mailing"
    default_auto_field = "django.db.models.BigAutoField"
