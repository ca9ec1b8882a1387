"""Application of the room `website`."""

from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    """The room `website`; its label is fixed for ever."""

    name = "coalition.website"
    label = "website"
    default_auto_field = "django.db.models.BigAutoField"
