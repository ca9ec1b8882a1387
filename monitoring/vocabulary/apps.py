"""Application of the room `vocabulary`."""

from django.apps import AppConfig


class VocabularyConfig(AppConfig):
    """The room `vocabulary`; its label is fixed for ever."""

    name = "monitoring.vocabulary"
    label = "vocabulary"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room is seeded with and grant rights on its models."""
        from monitoring.core import permissions, seeds
        from monitoring.vocabulary.seeds import seed

        seeds.register("vocabulary", 10, seed)
        rights = [
            f"vocabulary.{right}_{model}"
            for model in ("topic", "status", "region", "district")
            for right in ("add", "change", "view")
        ]
        for role in ("analyst", "secretariat", "administrator"):
            permissions.register(role, *rights)
