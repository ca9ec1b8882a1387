"""What a decision and its texts lack before readers can use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from monitoring.core.checklists import Check
from monitoring.core.models import LANGUAGES

if TYPE_CHECKING:
    from monitoring.decisions.models import Decision, Edition

MOST_LINES = 5
LONG_TITLE = 120
"""Letters of a title that a row of a list shows whole on a phone."""


def of_edition(edition: Edition) -> list[Check]:
    """A title people understand, the official one, and what changes for residents."""
    lines = edition.lines
    return [
        Check(
            bool(edition.short_title) and len(edition.short_title) <= LONG_TITLE,
            _("Short title"),
            _("Write what it is in the words of residents, in at most %(number)s letters.")
            % {"number": LONG_TITLE},
        ),
        Check(
            bool(edition.official_title),
            _("Official title"),
            _("Copy it from the source letter by letter."),
        ),
        Check(
            0 < len(lines) <= MOST_LINES,
            _("What changes for residents"),
            _("Write one to %(number)s lines, one thought a line, each with its article.")
            % {"number": MOST_LINES},
        ),
    ]


def of_decision(decision: Decision) -> list[Check]:
    """Date, body, source, topic, and a text in each language. Five queries."""
    if decision.pk is None:
        return []
    live = {edition.language for edition in decision.editions.all() if edition.live}
    names = {"kk": _("in Kazakh"), "ru": _("in Russian"), "en": _("in English")}
    lacking = ", ".join(names[code] for code in LANGUAGES if code not in live)
    return [
        Check(decision.date is not None, _("Date"), _("Enter as much of it as the source says.")),
        Check(decision.bodies.exists(), _("Public body"), _("Choose who decided or prepares it.")),
        Check(
            decision.links.exclude(url="").exists(),
            _("Source"),
            _("Add the address where the document stands."),
        ),
        Check(decision.topics.exists(), _("Topic"), _("Choose one: readers follow topics.")),
        Check(
            not lacking,
            _("A published text in each language"),
            _("Missing: %(languages)s.") % {"languages": lacking},
        ),
    ]
