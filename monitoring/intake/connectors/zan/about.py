"""zan.gov.kz, as the form of sources names it and asks for what may change there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from monitoring.evidence.kinds import CHOICE, LINES, MAP, NUMBER, Setting

LABEL = _("zan: acts in Kazakh and Russian")
ABOUT = _(
    "The newest acts in the order of their adoption, with what each language says of them. The "
    "address is the site's. Where the languages disagree, both are kept."
)
SETTINGS = (
    Setting(
        "language",
        _("title in"),
        shape=CHOICE,
        default="kk",
        choices=(("kk", _("Kazakh")), ("ru", _("Russian"))),
    ),
    Setting(
        "act_types",
        _("kinds of acts"),
        _("One a line, as the site names them. Empty: all."),
        shape=LINES,
        default=["КОНС", "КЗАК", "КОД", "ЗАК", "УКАЗ", "ПОСТ", "ПРИК", "РЕШ"],
    ),
    Setting("limit", _("documents on a page"), shape=NUMBER, default=50, least=1, most=100),
    Setting(
        "pages",
        _("read at most so many pages"),
        _("Further pages are asked only while there is something new on them."),
        shape=NUMBER,
        default=5,
        least=1,
        most=50,
    ),
    Setting(
        "documents",
        _("open at most so many documents of a page"),
        _("Each is opened in both languages, for its status in each."),
        shape=NUMBER,
        default=10,
        least=0,
        most=50,
    ),
    Setting(
        "statuses",
        _("words of the status"),
        _("Lines: the word of the site = the word in our record."),
        shape=MAP,
        default={
            "new": "Жаңа",
            "upd": "Жаңартылған",
            "yts": "Күшін жойған",
        },
    ),
    Setting(
        "search_path",
        _("where its search stands"),
        required=True,
        default="/api/documents/search",
    ),
    Setting(
        "document_path",
        _("where a document stands"),
        required=True,
        default="/api/documents/{id}/{language}",
    ),
    Setting(
        "link_path",
        _("its page for people"),
        required=True,
        default="/client/#!/doc/{id}/{language}/{date}",
    ),
)
