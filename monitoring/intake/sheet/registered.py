"""The kinds of table that this room brings: decisions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from monitoring.intake.sheet import decisions, writing
from monitoring.intake.sheet.kinds import Sheet

DECISIONS = Sheet(
    kind="decisions",
    title=_("Decisions as a table"),
    about=_(
        "A row with an id or a code of a known document changes it, another row adds one. An empty "
        "cell changes nothing; codes, sources and texts are added, never taken away. New documents "
        "are seen by nobody until a text of theirs is published, and nothing is announced."
    ),
    columns=decisions.COLUMNS,
    judge=decisions.judge,
    prepare=writing.prepare,
    export=decisions.export,
    rights=("decisions.add_decision", "decisions.change_decision"),
)
