"""Dates as the record knows them: with their precision, in the words of three languages.

An official source often gives no more than a year or a month. The record keeps what is known and
shows no more than that: a date is stored as its first possible day together with a `Precision`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.core.text import month_dative, time_dative

NBSP = "\u00a0"

MONTHS = {
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "en": "January February March April May June July August September October November December",
}
"""Names of months as they stand in a date."""
WEEKDAYS = {
    "kk": "дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі",
    "ru": "понедельник вторник среда четверг пятница суббота воскресенье",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
WEEKDAYS_SHORT = {
    "kk": "Дс Сс Ср Бс Жм Сн Жс",
    "ru": "Пн Вт Ср Чт Пт Сб Вс",
    "en": "Mon Tue Wed Thu Fri Sat Sun",
}
MONTHS_ALONE_RU = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"


class Precision(models.TextChoices):
    """How much of a date is known."""

    DAY = "day", _("day known")
    DAYS = "days", _("several days")
    MONTH = "month", _("month known")
    YEAR = "year", _("year known")
    ANNOUNCED = "announced", _("announced, not confirmed")
    UNKNOWN = "unknown", pgettext_lazy("date", "date not found")


def _month(language: str, month: int, *, alone: bool = False) -> str:
    names = MONTHS_ALONE_RU if alone and language == "ru" else MONTHS[language]
    return names.split()[month - 1]


def _full(date: dt.date, language: str) -> str:
    month = _month(language, date.month)
    if language == "kk":
        return f"{date.year}{NBSP}ж. {date.day}{NBSP}{month}"
    if language == "ru":
        return f"{date.day}{NBSP}{month} {date.year}{NBSP}г."
    return f"{date.day}{NBSP}{month} {date.year}"


def _days(date: dt.date, end: dt.date, language: str) -> str:
    if (date.year, date.month) != (end.year, end.month):
        return f"{_full(date, language)} – {_full(end, language)}"
    month = _month(language, date.month)
    if language == "kk":
        return f"{date.year}{NBSP}ж. {date.day}–{end.day}{NBSP}{month}"
    if language == "ru":
        return f"{date.day}–{end.day}{NBSP}{month} {date.year}{NBSP}г."
    return f"{date.day}–{end.day}{NBSP}{month} {date.year}"


def long_date(
    date: dt.date | None, precision: str = "day", language: str = "kk", end: dt.date | None = None
) -> str:
    """A date in words, no more exact than it is known; empty if it is not known at all.

    «2026 ж. 24 қараша», «1993 ж. желтоқсан», «2015 ж.»; "24 ноября 2026 г."; "24 November 2026".
    """
    language = language[:2] if language[:2] in MONTHS else "kk"
    if date is None or precision == Precision.UNKNOWN:
        return ""
    if precision == Precision.YEAR:
        return {"kk": f"{date.year}{NBSP}ж.", "ru": f"{date.year}{NBSP}г."}.get(
            language, str(date.year)
        )
    if precision in {Precision.MONTH, Precision.ANNOUNCED}:
        month = _month(language, date.month, alone=True)
        return {
            "kk": f"{date.year}{NBSP}ж. {month}",
            "ru": f"{month} {date.year}{NBSP}г.",
        }.get(language, f"{month} {date.year}")
    if precision == Precision.DAYS and end is not None and end != date:
        return _days(date, end, language)
    return _full(date, language)


def weekday(date: dt.date, language: str = "kk", *, short: bool = False) -> str:
    """«сейсенбі», or «Сс» when short."""
    names = WEEKDAYS_SHORT if short else WEEKDAYS
    return names.get(language[:2], names["kk"]).split()[date.weekday()]


def month_name(date: dt.date, language: str = "kk") -> str:
    """The month as it stands in a date: «қараша», «ноября», "November"."""
    return _month(language[:2] if language[:2] in MONTHS else "kk", date.month)


def until_day(date: dt.date, language: str = "kk") -> str:
    """«24 қарашаға дейін», «до 24 ноября», "until 24 November": the year goes without saying."""
    if language[:2] == "ru":
        return f"до {date.day}{NBSP}{_month('ru', date.month)}"
    if language[:2] == "en":
        return f"until {date.day}{NBSP}{_month('en', date.month)}"
    return f"{date.day}{NBSP}{month_dative(date.month)} дейін"


def until_hour(time: dt.time, language: str = "kk") -> str:
    """«18:00-ге дейін», «до 18:00», "until 18:00"."""
    if language[:2] == "ru":
        return f"до {time:%H:%M}"
    if language[:2] == "en":
        return f"until {time:%H:%M}"
    return f"{time_dative(time.hour, time.minute)} дейін"


def short_date(date: dt.date | None, precision: str = "day") -> str:
    """A date in figures, no more exact than it is known: 24.11.2026, 12.1993, 2015."""
    if date is None or precision == Precision.UNKNOWN:
        return ""
    if precision == Precision.YEAR:
        return f"{date.year}"
    if precision in {Precision.MONTH, Precision.ANNOUNCED}:
        return f"{date.month:02}.{date.year}"
    return f"{date.day:02}.{date.month:02}.{date.year}"


_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_POINTS = re.compile(r"(?:(?:(\d{1,2})\.)?(\d{1,2})\.)?(\d{4})")


def parse_partial(text: str) -> tuple[dt.date, Precision]:
    """A date as a person or a file writes it: 2015, 12.1993, 1993-12, 24.11.2026, 2026-11-24.

    Raises ValueError for anything else.
    """
    text = text.strip()
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _POINTS.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError(f"not a date: {text!r}")
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    return dt.date(int(year), int(month or 1), int(day or 1)), precision


def last_day(date: dt.date, precision: str) -> dt.date:
    """The last day a date of that precision may mean: for comparisons with today."""
    if precision == Precision.YEAR:
        return dt.date(date.year, 12, 31)
    if precision in {Precision.MONTH, Precision.ANNOUNCED}:
        return date.replace(day=calendar.monthrange(date.year, date.month)[1])
    return date
