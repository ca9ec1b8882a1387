"""Short titles out of official ones: nothing cut, nothing invented."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitoring.decisions.text.titles import shorten


def test_half_of_all_titles_share_their_beginning_and_the_rest_is_shown() -> None:
    assert (
        shorten(
            "Қазақстан Республикасының кейбір заңнамалық актілеріне жергілікті өзін-өзі басқаруды "
            "дамыту мәселелері бойынша өзгерістер мен толықтырулар енгізу туралы"
        )
        == "Жергілікті өзін-өзі басқаруды дамыту мәселелері бойынша"
    )
    assert (
        shorten(
            "О внесении изменений и дополнений в некоторые законодательные акты Республики "
            "Казахстан по вопросам развития местного самоуправления"
        )
        == "По вопросам развития местного самоуправления"
    )


def test_another_title_stays_whole() -> None:
    for title in ("О выборах в Республике Казахстан", "Қоғамдық кеңестер туралы"):
        assert shorten(title) == title


@given(st.text())
def test_whatever_comes_is_only_shortened(title: str) -> None:
    short = shorten(title)
    assert short.casefold() in " ".join(title.split()).casefold() or short == ""
