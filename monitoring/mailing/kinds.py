"""The kinds of mail in an operator's words, by the name of their templates."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAMES: dict[str, Any] = {
    "": _("Mail of the site itself (password, workflow)"),
    "account_notice": _("Notice about an account"),
    "alarm": _("Alarm to the operators"),
    "confirm": _("Confirmation of a subscription"),
    "correction": pgettext_lazy("kind of mail", "Correction"),
    "data_check": _("Check of an organisation's data"),
    "delivery_stopped": _("Notice of the brake"),
    "digest": pgettext_lazy("kind of mail", "Issue"),
    "ended": _("End of a subscription"),
    "issue_held": _("Notice of an issue that is held"),
    "letter": _("Letter of the editors"),
    "login_code": pgettext_lazy("kind of mail", "Code to sign in"),
    "own_invitation": _("Invitation of an organisation"),
    "own_published": _("Page of an organisation: published"),
    "own_returned": _("Page of an organisation: returned"),
    "quiet": _("Month without changes"),
    "reminder": _("Reminder of a deadline"),
    "report_answer": _("Answer to a report of an error"),
    "review": _("Review of a text"),
    "sources_turned": _("Notice about sources"),
    "todo": _("What waits for an editor"),
}


def name_of(template: str) -> Any:
    """What an operator calls mails of a template; one without a name is shown as it is."""
    return NAMES.get(template, template)
