"""Application of the room `news`."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """The room `news`; its label is fixed for ever."""

    name = "coalition.news"
    label = "news"
    default_auto_field = "django.db.models.BigAutoField"
