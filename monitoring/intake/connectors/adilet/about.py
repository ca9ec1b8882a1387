"""adilet, as the form of sources names it and asks for what may change there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from monitoring.evidence.kinds import CHOICE, MAP, NUMBER, Setting

LABEL = _("adilet: acts")
ABOUT = _(
    "New acts from the feed of the site, each opened for its number, date and status. The address "
    "is the site's, or that of one act. Where its certificates are incomplete, name a file below."
)
SETTINGS = (
    Setting(
        "language",
        _("language of the acts"),
        shape=CHOICE,
        default="kaz",
        choices=(("kaz", _("Kazakh")), ("rus", _("Russian")), ("eng", _("English"))),
    ),
    Setting(
        "feed_path",
        _("where its feed stands"),
        _("{language} stands for the language above."),
        required=True,
        default="/{language}/docs/rss",
    ),
    Setting(
        "documents",
        _("open at most so many acts a time"),
        shape=NUMBER,
        default=20,
        least=0,
        most=100,
    ),
    Setting(
        "statuses",
        _("words of the status"),
        _("Lines: the word of the site = the word in our record."),
        shape=MAP,
        default={
            "Новый": "Жаңа",
            "Обновленный": "Жаңартылған",
            "Утративший силу": "Күшін жойған",
            "New": "Жаңа",
            "Updated": "Жаңартылған",
            "ended": "Күшін жойған",
        },
    ),
)
