"""How dates and numbers are written for readers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext

from monitoring.core import dates
from monitoring.core.clock import ALMATY
from monitoring.core.text import no_break, with_possessive

register = template.Library()


def _language() -> str:
    return (get_language() or "kk")[:2]


def _day(moment: dt.date | dt.datetime | None) -> dt.date | None:
    return moment.astimezone(ALMATY).date() if isinstance(moment, dt.datetime) else moment


@register.filter
def long_date(moment: dt.date | dt.datetime | None, precision: str = "day") -> str:
    """«2026 ж. 24 қараша» in the reader's language, no more exact than `precision` says."""
    return dates.long_date(_day(moment), precision, _language())


@register.filter
def short_date(moment: dt.date | dt.datetime | None, precision: str = "day") -> str:
    """24.11.2026, no more exact than `precision` says."""
    return dates.short_date(_day(moment), precision)


@register.filter
def weekday(day: dt.date | None) -> str:
    """«сейсенбі»; nothing for no date."""
    return dates.weekday(day, _language()) if day else ""


@register.filter
def weekday_short(day: dt.date | None) -> str:
    """«Сс», for the leaf of a calendar."""
    return dates.weekday(day, _language(), short=True) if day else ""


@register.filter
def month_name(day: dt.date | None) -> str:
    """«қараша», as it stands after a day's number."""
    return dates.month_name(day, _language()) if day else ""


@register.filter
def until_day(day: dt.date | None) -> str:
    """«24 қарашаға дейін»."""
    return dates.until_day(day, _language()) if day else ""


@register.filter
def until_hour(hour: dt.time | None) -> str:
    """«18:00-ге дейін»; nothing when the hour is not known."""
    return dates.until_hour(hour, _language()) if hour else ""


@register.filter
def nth(number: int) -> str:
    """«3-і» in Kazakh («5 кезеңнің 3-і»), the bare number in the other languages."""
    return with_possessive(number) if _language() == "kk" else str(number)


@register.simple_tag
def dated(
    date: dt.date | None, precision: str = "day", end: dt.date | None = None
) -> SafeString | str:
    """A date in words inside `<time>`; «күні табылмады» when it is not known."""
    if not date:  # None, or the empty text that a template makes of a name it does not know
        return pgettext("date", "date not found")
    words = dates.long_date(date, precision, _language(), end)
    machine = {"year": f"{date:%Y}", "month": f"{date:%Y-%m}", "announced": f"{date:%Y-%m}"}
    if precision == dates.Precision.ANNOUNCED:
        words = f"{words} ({pgettext('date', 'announced, not confirmed')})"
    return format_html(
        '<time datetime="{}">{}</time>', machine.get(precision, date.isoformat()), words
    )


@register.filter
def together(text: Any) -> str:
    """Text whose numbers hold together on screen: «№ 148», «45-бап»."""
    return no_break(str(text))
