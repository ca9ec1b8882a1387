"""Application of the room `evidence`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """The room `evidence`; its label is fixed for ever."""

    name = "monitoring.evidence"
    label = "evidence"
    verbose_name = _("Sources")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the sweep, its health, and what roles may do with sources."""
        from monitoring.core import health, permissions, sections, sweeps
        from monitoring.evidence import alerts
        from monitoring.evidence.checks import sweep_is_alive
        from monitoring.evidence.services import SWEEP, fetch_due
        from monitoring.evidence.todo import sources_todo

        sweeps.register(SWEEP, 60, fetch_due)
        sweeps.register(alerts.SWEEP, alerts.EVERY, alerts.tell_turns)
        sections.register("todo", 30, sources_todo)
        health.register("sources", sweep_is_alive)
        for role in ("analyst", "administrator"):
            permissions.register(
                role,
                "evidence.add_source",
                "evidence.change_source",
                "evidence.view_source",
            )
