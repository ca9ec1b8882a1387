"""Application of the room `intake`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """The room `intake`; its label is fixed for ever."""

    name = "monitoring.intake"
    label = "intake"
    verbose_name = _("Candidates")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds of source it reads and what roles may do with candidates."""
        from monitoring.core import permissions, sections, seeds, sweeps
        from monitoring.decisions import merging
        from monitoring.intake import connectors
        from monitoring.intake.scoring import score_waiting
        from monitoring.intake.seeds import seed_rules
        from monitoring.intake.services import (
            SCORING,
            move_candidates,
            move_candidates_back,
            take_in_entries,
        )
        from monitoring.intake.sheet import kinds as sheets
        from monitoring.intake.sheet.registered import DECISIONS
        from monitoring.intake.todo import candidates_todo, revisions_todo

        connectors.register_all(connectors.__name__, connectors.__path__, take_in_entries)
        sheets.register(DECISIONS)
        sections.register("todo", 20, candidates_todo)
        sections.register("todo", 25, revisions_todo)
        seeds.register("intake", 60, seed_rules)
        sweeps.register(SCORING, 60, score_waiting)
        merging.register("intake", move_candidates, move_candidates_back)
        for role in ("analyst", "administrator"):
            permissions.register(
                role,
                "intake.view_candidate",
                "intake.change_candidate",
                *(
                    f"intake.{verb}_{model}"
                    for verb in ("add", "change", "delete", "view")
                    for model in ("topicrule", "autoaccept")
                ),
            )
