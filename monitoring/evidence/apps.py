"""Application of the room `evidence`."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The room `evidence`; its label is fixed for ever."""

    name = "monitoring.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
