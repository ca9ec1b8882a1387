"""Application of the room `vocabulary`."""

from django.apps import AppConfig


class VocabularyConfig(AppConfig):
    """The room `vocabulary`; its label is fixed for ever."""

    name = "monitoring.vocabulary"
    label = "vocabulary"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room is seeded with."""
        from monitoring.core import seeds
        from monitoring.vocabulary.seeds import seed

        seeds.register("vocabulary", 10, seed)
