"""Application of the room `memorandum`."""

from django.apps import AppConfig


class MemorandumConfig(AppConfig):
    """The room `memorandum`; its label is fixed for ever."""

    name = "coalition.memorandum"
    label = "memorandum"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the seeds, a sweep, and what roles may do with the memorandum."""
        from coalition.memorandum import seeds as own
        from coalition.memorandum import selectors, services
        from monitoring.core import permissions, sections, seeds, sweeps

        seeds.register("memorandum", 70, own.seed_memorandum)
        sweeps.register("memorandum.begin_force", 60, services.begin_force)
        sections.register("organisation.documents", 10, selectors.signed)
        for role in ("secretariat", "administrator"):
            permissions.register(
                role,
                "memorandum.add_version",
                "memorandum.change_version",
                "memorandum.delete_version",
                "memorandum.change_provision",
                "memorandum.change_openrule",
                "memorandum.add_accession",
                "memorandum.change_accession",
            )
