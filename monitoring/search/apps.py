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
        from monitoring.search import checks, indexing  # noqa: F401 - checks register themselves
        from monitoring.search.asked import forget_old
        from monitoring.search.backends import get_backend
        from monitoring.search.seeds import seed_synonyms
        from monitoring.search.semantic import job

        get_backend()
        sweeps.register("search.index", 10, indexing.run)
        sweeps.register("search.forget", 86_400, forget_old)
        sweeps.register("search.reconcile", 3_600, indexing.reconcile)
        sweeps.register("search.embed", 30, job.run)
        health.register("search", indexing.health)
        seeds.register("search", 40, seed_synonyms)
        for role in ("secretariat", "administrator"):
            permissions.register(role, "search.view_embedding")
        for role in ("editor", "analyst", "secretariat"):
            permissions.register(
                role,
                *(f"search.{verb}_synonym" for verb in ("add", "change", "view")),
                "search.view_askedquery",
            )
