"""Acts named in texts are found whole, and the text stays what it was."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.decisions.text.citations import find_citations, pieces, same_number

LAW = dt.date(2001, 1, 23)


@pytest.mark.parametrize(
    ("text", "words", "number", "date", "kind"),
    [
        (
            "2001 жылғы 23 қаңтардағы № 148-II Заңына сәйкес",
            "2001 жылғы 23 қаңтардағы № 148-II",
            "148-ii",
            LAW,
            "law",
        ),
        ("2001 жылғы 23 қаңтардағы N 148", "2001 жылғы 23 қаңтардағы N 148", "148", LAW, ""),
        ("Закон от 23 января 2001 г. № 148", "23 января 2001 г. № 148", "148", LAW, "law"),
        ("закон от 23.01.2001 г. № 148", "23.01.2001 г. № 148", "148", LAW, "law"),
        ("№ 148-ІІ от 23 января 2001 года", "№ 148-ІІ от 23 января 2001 года", "148-ii", LAW, ""),
        (
            "решение № 9-96 от 1.12.25",
            "№ 9-96 от 1.12.25",
            "9-96",
            dt.date(2025, 12, 1),
            "decision",
        ),
        ("от 31 февраля 2020 года № 5", "№ 5", "5", None, ""),
        ("в законе № 148-II-", "№ 148-II", "148-ii", None, "law"),
    ],
)
def test_a_citation_is_found_with_its_number_and_date(
    text: str, words: str, number: str, date: dt.date | None, kind: str
) -> None:
    (one,) = find_citations(text)
    assert (text[one.start : one.end], one.number, one.date, one.kind) == (
        words,
        number,
        date,
        kind,
    )


def test_codes_are_found_and_what_only_looks_alike_is_not() -> None:
    text = "Z010000148_ және U2100000639; V16UL003811. KZ0100001480000, Z01, № , n"
    assert [one.code for one in find_citations(text)] == [
        "Z010000148_",
        "U2100000639",
        "V16UL003811",
    ]


def test_two_acts_in_a_row_keep_their_own_dates() -> None:
    text = "№ 5, № 6 от 1 мая 2020 года, от 2 мая 2020 года № 7"
    assert [(one.number, one.date and one.date.day) for one in find_citations(text)] == [
        ("5", None),
        ("6", 1),
        ("7", 2),
    ]


def test_a_number_without_its_convocation_is_the_same_number() -> None:
    assert same_number("148-ii", "148")
    assert not same_number("148-ii", "148-iv")
    assert not same_number("148-ii", "149")


ALPHABET = st.text(
    st.sampled_from("№N n12345.-/_IVІХ\n\tЗаңзакон«»əәИ́ﬁİ") | st.characters(codec="utf-8"),
    max_size=60,
) | st.lists(
    st.sampled_from(
        [
            "№ 148-II",
            "от ",
            "23.01.2001",
            " г. ",
            "2001 жылғы 23 қаңтардағы ",
            "Z010000148_",
            ", ",
            "№",
            "İ",
        ]
    )
).map("".join)


@given(ALPHABET)
def test_no_text_breaks_it_and_the_parts_are_the_text(text: str) -> None:
    found = find_citations(text)
    ends = [0, *(one.end for one in found)]
    assert all(end <= one.start < one.end for end, one in zip(ends, found, strict=False))
    parts = pieces(text, found)
    assert "".join(words for words, _ in parts) == text
    assert [one for _, one in parts if one] == list(found)
