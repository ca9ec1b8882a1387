"""What a text still lacks before readers see it: a list beside its form, in the editor's language.

A model says it by `checklist() -> list[Check]`; `ChecklistPanel` shows it above the form as the
last saved draft stands, and `missing()` is what a warning after publishing names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wagtail.admin.panels import HelpPanel


@dataclass(frozen=True)
class Check:
    """One thing a reader needs; `todo` says what to do where it is missing."""

    done: bool
    label: str
    todo: str = ""


def missing(thing: Any) -> list[Check]:
    """What of the checklist is not there."""
    return [check for check in thing.checklist() if not check.done]


class ChecklistPanel(HelpPanel):
    """The checklist of the thing that is edited, as it was last saved."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("template", "core/admin/checklist.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """Bound to one page or text."""

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """With the checks."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "checks": self.instance.checklist()}
