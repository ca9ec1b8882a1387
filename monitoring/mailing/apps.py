"""Application of the room `mailing`."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """The room `mailing`; its label is fixed for ever."""

    name = "monitoring.mailing"
    label = "mailing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the sender and the broom."""
        from monitoring.core import sweeps
        from monitoring.mailing.services import forget_bodies, send_due

        sweeps.register("mailing.send", 30, send_due)
        sweeps.register("mailing.forget", 3600, forget_bodies)
