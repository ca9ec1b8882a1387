"""Application of the room `institutions`."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    """The room `institutions`; its label is fixed for ever."""

    name = "monitoring.institutions"
    label = "institutions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room is seeded with and grant rights on its models."""
        from monitoring.core import permissions, seeds
        from monitoring.institutions.seeds import seed

        seeds.register("institutions", 20, seed)
        rights = [
            f"institutions.{right}_{model}"
            for model in ("body", "bodykind", "event", "eventkind")
            for right in ("add", "change", "view")
        ]
        for role in ("analyst", "secretariat", "administrator"):
            permissions.register(role, *rights)
