"""Application of the room `decisions`."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """The room `decisions`; its label is fixed for ever."""

    name = "monitoring.decisions"
    label = "decisions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room is seeded with and how its records are found."""
        from monitoring.core import seeds
        from monitoring.decisions import search
        from monitoring.decisions.seeds import seed

        search.install()
        seeds.register("decisions", 30, seed)
