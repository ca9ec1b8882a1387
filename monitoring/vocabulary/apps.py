"""Application of the room `vocabulary`."""

from django.apps import AppConfig


class VocabularyConfig(AppConfig):
    """The room `vocabulary`; its label is fixed for ever."""

    name = "monitoring.vocabulary"
    label = "vocabulary"
    default_auto_field = "django.db.models.BigAutoField"
