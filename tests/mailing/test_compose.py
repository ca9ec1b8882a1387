"""The message: three parts in one language, headers that programs read, lines that fit."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.mailing import compose

DATE = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
LINK = "http://localhost:8000/kk/zhazylymdar/x/t/" + "WzEsIjEyMyJd" * 20 + ":1vMabc:sig/"


def assembled(**changes: object) -> bytes:
    parts = compose.Parts(compose.one_line("Тақырып " * 15), "мәтін\n", "<p>мәтін</p>")
    values: dict[str, object] = {
        "key": "digest:1:2",
        "to": "reader@example.org",
        "language": "kk",
        "date": DATE,
        "headers": {"List-Unsubscribe": f"<{LINK}>", "List-Unsubscribe-Post": "x"},
    }
    return compose.assemble(changes.pop("parts", parts), **{**values, **changes})  # type: ignore[arg-type] # a table of arguments


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_same_arguments_make_the_same_bytes() -> None:
    assert assembled() == assembled()
    assert assembled(key="other") != assembled()


def test_a_long_link_stands_in_its_header_in_one_piece() -> None:
    raw = assembled()
    assert f"List-Unsubscribe: <{LINK}>\r\n".encode() in raw
    assert parsed(raw)["List-Unsubscribe"] == f"<{LINK}>"


def test_no_line_is_longer_than_mail_allows() -> None:
    assert max(map(len, assembled().split(b"\r\n"))) <= 998


def test_the_subject_survives_its_encoding() -> None:
    assert parsed(assembled())["Subject"] == ("Тақырып " * 15).strip()


def test_the_message_and_both_its_parts_name_their_language() -> None:
    parts = list(parsed(assembled(language="ru")).walk())
    assert [part.get_content_type().partition("/")[2] for part in parts] == [
        "alternative", "plain", "html",
    ]  # fmt: skip
    assert [part.get_all("Content-Language") for part in parts] == [["ru"]] * 3


def test_a_title_with_line_breaks_adds_no_header() -> None:
    parts = compose.Parts(compose.one_line("Заң\r\nBcc: victim@example.org"), "x", "<p>x</p>")
    message = parsed(assembled(parts=parts))
    assert message["Bcc"] is None
    assert message["Subject"] == "Заң Bcc: victim@example.org"


def test_a_message_over_the_limit_is_refused() -> None:
    with pytest.raises(compose.TooLongError):
        assembled(parts=compose.Parts("x", "x", "<p>" + "ө" * 60_000 + "</p>"))


@given(st.text(alphabet=st.sampled_from("аәб -.\n1"), max_size=600))
def test_wrapped_text_keeps_every_word_and_fits(text: str) -> None:
    wrapped = compose.wrap(text)
    assert wrapped.split() == text.split()
    assert all(
        len(line) <= compose.WIDTH or " " not in line.strip() for line in wrapped.split("\n")
    )


def test_a_link_is_never_broken() -> None:
    assert LINK in compose.wrap(f"   Бас тарту: {LINK}").split()


@pytest.mark.parametrize(
    ("language", "word"), [("kk", "коалициясы"), ("ru", "Коалиция"), ("en", "Coalition")]
)
def test_sender_and_footer_speak_the_language_of_the_mail(language: str, word: str) -> None:
    parts = compose.render("confirm", language, {"waiting": [], "confirm_link": "http://x/"})
    assert word in compose.site_name(language)
    assert word in parts.text
    assert word in parts.html


def test_styles_stand_in_the_elements_and_nothing_is_fetched() -> None:
    html = compose.render("confirm", "kk", {"waiting": [], "confirm_link": "http://x/"}).html
    assert 'style="' in html
    assert "<img" not in html
    assert "<link" not in html
    assert "url(" not in html
    assert "prefers-color-scheme: dark" in html
