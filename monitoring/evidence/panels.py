"""Panels of the form of a source."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail.admin.panels import ObjectList, Panel

from monitoring.evidence.reasons import note_sentence
from monitoring.evidence.setting_fields import PREFIX

SHOWN = 10
"""Entries that a trial shows."""
NOTED = 30


class SourcePanels(ObjectList):
    """The whole form. Wagtail prints fields that no panel names once more below: not the settings,
    whose empty doubles would be sent after what was typed."""

    class BoundPanel(ObjectList.BoundPanel):
        """The form with one source in it."""

        def render_missing_fields(self) -> SafeString:
            """Fields of the forms framework alone."""
            named = self.panel.get_form_options().get("fields", [])
            names = (name for name in self.form.fields if name not in named)
            rest = ((self.form[name],) for name in names if not name.startswith(PREFIX))
            return format_html_join("", "{}", rest)


class SettingsPanel(Panel):
    """What the chosen kind of source wants to know, and what the source would give."""

    class BoundPanel(Panel.BoundPanel):
        """The panel in one form."""

        template_name = "evidence/panels/settings.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """The fields of the settings, and the trial in words."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            form = self.form
            context.update(kind=form.kind, setting_fields=form.setting_fields, trial=form.trial)
            reading = form.trial.reading if form.trial else None
            if reading is not None:
                noted = [(note_sentence(one.code), one) for one in reading.notes[:NOTED]]
                context.update(
                    entries=reading.entries[:SHOWN],
                    found=len(reading.entries),
                    left_out=[pair for pair in noted if not pair[1].taken],
                    remarks=[pair for pair in noted if pair[1].taken],
                    more=len(reading.notes) - len(noted),
                    follow=reading.follow[:3],
                )
            return context
