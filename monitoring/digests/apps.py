"""Application of the room `digests`."""

from django.apps import AppConfig


class DigestsConfig(AppConfig):
    """The room `digests`; its label is fixed for ever."""

    name = "monitoring.digests"
    label = "digests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the runs, the broom, the forms beside content and what roles may do."""
        from monitoring.core import health, permissions, sections, sweeps
        from monitoring.digests import lateness, selectors
        from monitoring.digests.corrections import SWEEP as CORRECTIONS
        from monitoring.digests.corrections import send_corrections
        from monitoring.digests.endings import end_what_is_over
        from monitoring.digests.letters import SWEEP as LETTERS
        from monitoring.digests.letters import send_letters
        from monitoring.digests.quiet import tell_of_quiet_month
        from monitoring.digests.remaking import make_mails_anew
        from monitoring.digests.reminders import remind
        from monitoring.digests.runs import SWEEP, run_digests
        from monitoring.digests.services import end_for_address, forget_unconfirmed
        from monitoring.digests.waiting import SWEEP as ANEW
        from monitoring.mailing import bounces

        sweeps.register(SWEEP, 60, run_digests)
        sweeps.register(LETTERS, 60, send_letters)
        sweeps.register("digests.forget", 3600, forget_unconfirmed)
        sweeps.register("digests.end", 1800, end_what_is_over)
        sweeps.register("digests.remind", 300, remind)
        sweeps.register(CORRECTIONS, 300, send_corrections)
        sweeps.register(ANEW, 60, make_mails_anew)
        sweeps.register("digests.quiet", 3600, tell_of_quiet_month)
        health.register("digests", lateness.on_time)
        bounces.on_stop(end_for_address)
        sections.register("decision.after", 50, selectors.form_for_decisions)
        sections.register("body.after", 50, selectors.form_for_bodies)
        sections.register("search.after", 50, selectors.form_for_search)
        sections.register("decisions.after", 50, selectors.form_for_search)
        sections.register("home", 90, selectors.form_for_home)
        sections.register("delivery", 50, selectors.runs_for_operators)
        sections.register("footer", 60, selectors.footer_link)
        permissions.register("analyst", "digests.view_digestrun")
        permissions.register("editor", "digests.view_digestrun", "digests.edit_issue")
        for role in ("editor", "analyst", "secretariat", "administrator"):
            permissions.register(role, "digests.correct_digest")
        for role in ("secretariat", "administrator"):
            permissions.register(role, "digests.view_digestrun", "digests.close_digestrun")
            permissions.register(role, "digests.edit_issue", "digests.send_letter")
