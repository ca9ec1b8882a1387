"""Application of the room `search`."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The room `search`; its label is fixed for ever."""

    name = "monitoring.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the sweeps, the health check and the seed; refuse an engine that is not here."""
        from monitoring.core import health, permissions, seeds, sweeps
        from monitoring.search import indexing
        from monitoring.search.backends import get_backend
        from monitoring.search.seeds import seed_synonyms

        get_backend()
        sweeps.register("search.index", 10, indexing.run)
        sweeps.register("search.reconcile", 3_600, indexing.reconcile)
        health.register("search", indexing.health)
        seeds.register("search", 40, seed_synonyms)
        for role in ("editor", "analyst", "secretariat"):
            permissions.register(
                role, *(f"search.{verb}_synonym" for verb in ("add", "change", "view"))
            )
