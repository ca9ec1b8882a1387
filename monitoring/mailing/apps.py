"""Application of the room `mailing`."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """The room `mailing`; its label is fixed for ever."""

    name = "monitoring.mailing"
    label = "mailing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the sender and the broom, their health, and who may release mail."""
        from monitoring.core import health, permissions, sweeps
        from monitoring.mailing import (  # noqa: F401 - checks register themselves
            alarm,
            checks,
            gate,
        )
        from monitoring.mailing.sending import send_round
        from monitoring.mailing.services import forget_bodies

        sweeps.register("mailing.send", 30, send_round)
        sweeps.register("mailing.alarm", 60, alarm.look_as_worker)
        sweeps.register("mailing.forget", 3600, forget_bodies)
        health.register("mail", gate.health)
        for role in ("secretariat", "administrator"):
            permissions.register(role, "mailing.view_outgoingmail", "mailing.release_mail")
