"""Application of the room `indicators`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    """The room `indicators`; its label is fixed for ever."""

    name = "monitoring.indicators"
    label = "indicators"
    verbose_name = _("Budgets and indicators")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the seed, the table, the section of a body's page and the rights."""
        from monitoring.core import permissions, sections, seeds
        from monitoring.indicators.seeds import seed
        from monitoring.indicators.selectors import for_bodies
        from monitoring.indicators.sheet import BUDGETS
        from monitoring.intake.sheet import kinds

        kinds.register(BUDGETS)
        seeds.register("indicators", 60, seed)
        sections.register("body.after", 20, for_bodies)
        for role in ("analyst", "administrator"):
            for name in ("ruraldistrict", "budgetcard", "indicator"):
                permissions.register(
                    role, *(f"indicators.{verb}_{name}" for verb in ("view", "add", "change"))
                )
