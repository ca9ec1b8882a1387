"""Application of the room `institutions`."""

from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    """The room `institutions`; its label is fixed for ever."""

    name = "monitoring.institutions"
    label = "institutions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register seeds and how bodies are found, and grant rights on the models."""
        from monitoring.core import permissions, seeds
        from monitoring.institutions import search
        from monitoring.institutions.seeds import seed

        search.install()
        seeds.register("institutions", 20, seed)
        rights = [
            f"institutions.{right}_{model}"
            for model in (
                "body",
                "bodykind",
                "convocation",
                "event",
                "eventkind",
                "membership",
                "person",
                "post",
            )
            for right in ("add", "change", "view")
        ]
        for role in ("analyst", "secretariat", "administrator"):
            permissions.register(role, *rights)
        for role in ("secretariat", "administrator"):
            # What was entered by mistake. Bodies stay: their addresses are permanent.
            permissions.register(role, "institutions.delete_membership")
