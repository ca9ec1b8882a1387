"""A list on a web page, as the form of sources names it and asks for its selectors."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from monitoring.evidence.kinds import CHOICE, LINES, NUMBER, Setting

LABEL = _("list on a web page")
ABOUT = _(
    "For a site without a feed. CSS selectors say where on the page each item stands and what is "
    "in it; a selector that ends in @attribute takes the attribute, as in time@datetime."
)
SETTINGS = (
    Setting(
        "item",
        _("one item of the list"),
        format_lazy("{} .news-list li", _("For example:")),
        required=True,
    ),
    Setting("title", _("its title"), _("Within the item. Empty: the words of its link.")),
    Setting("link", _("its link"), _("Empty: the first link of the item.")),
    Setting("date", _("its date"), _("Empty: the list has no dates.")),
    Setting(
        "date_order",
        _("order of a date in figures"),
        shape=CHOICE,
        default="dmy",
        choices=(
            ("dmy", _("day first: 31.12.2026, 31/12/2026")),
            ("mdy", _("month first: 12/31/2026")),
        ),
        help=_("Dates that begin with the year or name the month are read in any case."),
    ),
    Setting("number", _("its number"), _("Empty: the list has no numbers of documents.")),
    Setting("text", _("its text"), _("Empty: nothing but the title is taken.")),
    Setting(
        "language_rule",
        _("language of an item"),
        shape=CHOICE,
        default="source",
        choices=(
            ("source", _("the language of the source, above")),
            ("address", format_lazy("{}: /kk/, /ru/, /kaz/, lang=en", _("by its address"))),
            ("letters", _("by the letters of its title")),
        ),
        help=_("What the page itself says of its language is not believed: it is often wrong."),
    ),
    Setting(
        "skip",
        _("leave out items with these words"),
        _("One a line; for advertisements and rubbish among the items."),
        shape=LINES,
    ),
    Setting(
        "pages",
        _("read at most so many pages"),
        _("Further pages are asked only while there is something new on them."),
        shape=NUMBER,
        default=1,
        least=1,
        most=20,
    ),
    Setting("next", _("link to the next page"), _("A selector; or name the parameter below.")),
    Setting(
        "page_parameter",
        _("parameter with the number of the page"),
        format_lazy("{} …?page=2 → page", _("As in the addresses of its pages:")),
    ),
    Setting(
        "first_page",
        _("number of the first page"),
        shape=NUMBER,
        default=1,
        least=0,
        most=1,
    ),
    Setting(
        "page_step",
        _("the number grows by"),
        _("1; more where the parameter counts items and not pages."),
        shape=NUMBER,
        default=1,
        least=1,
        most=500,
    ),
)
