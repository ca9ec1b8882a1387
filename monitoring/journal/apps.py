"""Application of the room `journal`."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """The room `journal`; its label is fixed for ever."""

    name = "monitoring.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say who answers reported errors and what waits for them; show the links; forget."""
        from monitoring.core import permissions, sections, sweeps
        from monitoring.journal.frame import footer, todo
        from monitoring.journal.services import forget_reporters

        for role in ("moderator", "editor", "secretariat", "administrator"):
            permissions.register(role, "journal.view_errorreport", "journal.change_errorreport")
        sections.register("footer", 60, footer)
        sections.register("todo", 60, todo)
        sweeps.register("journal.forget", 3600, forget_reporters)
