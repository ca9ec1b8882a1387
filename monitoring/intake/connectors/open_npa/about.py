"""Open NPA, as the form of sources names it and asks for what may change there."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from monitoring.evidence.kinds import CHOICE, MAP, NUMBER, Setting

LABEL = _("Open NPA: drafts under discussion")
ABOUT = _(
    "Cards of drafts with their kind, status and the last day of the discussion. The address is "
    "the site's. Drafts are not opened and no comment is read."
)
SETTINGS = (
    Setting("list_path", _("where its list stands"), required=True, default="/list"),
    Setting(
        "status",
        _("only drafts of this status"),
        format_lazy("{} IN_ARCHIVE", _("As its addresses say it; empty: all. For example:")),
    ),
    Setting(
        "pages",
        _("read at most so many pages"),
        _("Further pages are asked only while there is something new on them."),
        shape=NUMBER,
        default=10,
        least=1,
        most=100,
    ),
    Setting(
        "language_rule",
        _("language of an item"),
        shape=CHOICE,
        default="letters",
        choices=(
            ("source", _("the language of the source, above")),
            ("letters", _("by the letters of its title")),
        ),
    ),
    Setting(
        "labels",
        _("labels on a card"),
        format_lazy(
            "{} status, kind, created, until",
            _("Lines: the label of the site = what it means, one of the words:"),
        ),
        shape=MAP,
        default={
            "Статус": "status",
            "Тип НПА": "kind",
            "Дата создания": "created",
            "Публичное обсуждение до": "until",
        },
    ),
    Setting(
        "statuses",
        _("words of the status"),
        _("Lines: the word of the site = the word in our record."),
        shape=MAP,
        default={},
    ),
)
