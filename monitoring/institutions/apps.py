"""Application of the room `institutions`."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    """The room `institutions`; its label is fixed for ever."""

    name = "monitoring.institutions"
    label = "institutions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room is seeded with."""
        from monitoring.core import seeds
        from monitoring.institutions.seeds import seed

        seeds.register("institutions", 20, seed)
