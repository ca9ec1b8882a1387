"""Dates in three languages, no more exact than they are known."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.core import dates
from monitoring.core.dates import MONTHS, Precision, last_day, long_date, parse_partial, short_date

DAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("precision", "kk", "ru", "en", "short"),
    [
        ("day", "2026 ж. 24 қараша", "24 ноября 2026 г.", "24 November 2026", "24.11.2026"),
        ("month", "2026 ж. қараша", "ноябрь 2026 г.", "November 2026", "11.2026"),
        ("announced", "2026 ж. қараша", "ноябрь 2026 г.", "November 2026", "11.2026"),
        ("year", "2026 ж.", "2026 г.", "2026", "2026"),
        ("unknown", "", "", "", ""),
    ],
)
def test_a_date_in_words(precision: str, kk: str, ru: str, en: str, short: str) -> None:
    for language, words in (("kk", kk), ("ru", ru), ("en", en)):
        assert long_date(DAY, precision, language).replace("\xa0", " ") == words
    assert short_date(DAY, precision) == short


def test_several_days_in_words() -> None:
    end = dt.date(2026, 11, 25)
    assert long_date(DAY, "days", "kk", end).replace("\xa0", " ") == "2026 ж. 24–25 қараша"
    assert long_date(DAY, "days", "ru", end).replace("\xa0", " ") == "24–25 ноября 2026 г."
    assert long_date(DAY, "days", "en", dt.date(2026, 12, 1)).count("–") == 1


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(["day", "month", "year"])
)
def test_what_is_shown_short_is_read_back_the_same(date: dt.date, precision: str) -> None:
    read, how = parse_partial(short_date(date, precision))
    assert how == Precision(precision)
    assert read <= date <= last_day(read, precision)


@given(st.text(max_size=12))
def test_anything_else_is_refused_and_nothing_else_is_raised(text: str) -> None:
    try:
        parse_partial(text)
    except ValueError:
        return
    assert any(letter.isdigit() for letter in text)


@given(st.dates(), st.sampled_from(list(MONTHS)))
def test_every_date_has_words(date: dt.date, language: str) -> None:
    assert str(date.year) in long_date(date, "day", language)


@pytest.mark.parametrize(
    ("language", "day", "hour", "weekday", "short"),
    [
        ("kk", "24\u00a0қарашаға дейін", "18:00-ге дейін", "сейсенбі", "Сс"),
        ("ru", "до 24\u00a0ноября", "до 18:00", "вторник", "Вт"),
        ("en", "until 24\u00a0November", "until 18:00", "Tuesday", "Tue"),
    ],
)
def test_a_deadline_is_said_in_three_languages(
    language: str, day: str, hour: str, weekday: str, short: str
) -> None:
    date = dt.date(2026, 11, 24)
    assert dates.until_day(date, language) == day
    assert dates.until_hour(dt.time(18), language) == hour
    assert dates.weekday(date, language) == weekday
    assert dates.weekday(date, language, short=True) == short
