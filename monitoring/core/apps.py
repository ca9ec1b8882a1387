"""Application of the room `core`."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The room `core`; its label is fixed for ever."""

    name = "monitoring.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the health of what this room owns and the worker's heartbeat."""
        from monitoring.core import generation, health, sweeps
        from monitoring.core.checks import (  # noqa: F401 - tzdata registers itself
            broker,
            database,
            heartbeat,
            tzdata,
        )
        from monitoring.core.services import beat_worker, prune_leftovers

        health.register("database", database)
        health.register("broker", broker)
        health.register("worker", heartbeat)
        sweeps.register("core.heartbeat", 20, beat_worker)
        generation.connect()
        sweeps.register("core.prune", 600, prune_leftovers)
