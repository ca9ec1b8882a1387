"""Application of the room `decisions`."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    """The room `decisions`; its label is fixed for ever."""

    name = "monitoring.decisions"
    label = "decisions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the room is seeded with and how its records are found, and grant rights."""
        from monitoring.core import permissions, sections, seeds, turns
        from monitoring.decisions import search
        from monitoring.decisions.seeds import seed
        from monitoring.decisions.selectors import next_turn, subject_at
        from monitoring.decisions.todo import decisions_todo
        from monitoring.journal import subjects

        search.install()
        turns.register(next_turn)
        sections.register("todo", 40, decisions_todo)
        subjects.register(subject_at)
        seeds.register("decisions", 30, seed)
        facts = ["decisions.add_decision", "decisions.change_decision", "decisions.view_decision"]
        texts = ("decisions.add_edition", "decisions.change_edition", "decisions.view_edition")
        publishing = ("decisions.publish_edition",)
        reference = [
            f"decisions.{right}_{model}"
            for model in ("decisionkind", "stage", "deadlinekind", "motionkind", "procedure")
            for right in ("add", "change", "view")
        ]
        facts += [
            f"decisions.{right}_{model}"
            for model in ("deadline", "voteevent")
            for right in ("add", "change", "view")
        ]
        facts += ["decisions.add_textversion", "decisions.view_textversion"]
        permissions.register("analyst", *facts, *texts, *publishing, *reference)
        permissions.register("editor", *texts, *publishing, "decisions.view_decision")
        permissions.register("translator", *texts, "decisions.view_decision")
        for role in ("analyst", "administrator"):
            permissions.register(role, "decisions.add_merge", "decisions.view_merge")
        for role in ("secretariat", "administrator"):
            permissions.register(role, *facts, *texts, *publishing, *reference)
            permissions.register(role, "decisions.delete_deadline")
