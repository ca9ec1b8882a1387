"""Application of the room `registry`."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """The room `registry`; its label is fixed for ever."""

    name = "coalition.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
