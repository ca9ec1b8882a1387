"""The message: three parts in one language, headers that programs read, lines that fit."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from monitoring.mailing import compose
from monitoring.mailing.packing import whole

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
    return whole(compose.assemble(changes.pop("parts", parts), **{**values, **changes}))  # type: ignore[arg-type] # a table of arguments


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


def by_the_library(
    parts: compose.Parts, *, key: str, to: str, language: str, headers: Mapping[str, str]
) -> bytes:
    """The same message as the standard library writes it, in fifty times the time."""
    message = EmailMessage(policy=compose.POLICY)
    local, _, domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")
    message["From"] = Address(compose.site_name(language), local, domain)
    message["To"] = to
    message["Subject"] = parts.subject
    message["Date"] = format_datetime(DATE)
    message["Message-ID"] = compose.message_id(key)
    message["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        message[name] = compose.one_line(value)
    message.set_content(parts.text, cte="base64")
    message.add_alternative(parts.html, subtype="html", cte="base64")
    for part in message.walk():
        part["Content-Language"] = language
    message.set_boundary(f"=_{hashlib.sha256(key.encode()).hexdigest()[:24]}")
    return message.as_bytes()


LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=120)


@given(
    subject=LETTERS.map(compose.one_line),
    text=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=300),
    to=st.sampled_from(["reader@example.org", "a.b+c@xn--80a.kz", "оқырман@мысал.қаз", "'q'@x.kz"]),
    language=st.sampled_from(["kk", "ru", "en"]),
    name=LETTERS,
)
def test_a_message_is_the_librarys_to_the_byte(
    subject: str, text: str, to: str, language: str, name: str
) -> None:
    parts = compose.Parts(subject, text, f"<p>{text}</p>")
    headers = {
        "List-Id": "<daily.digest.localhost>",
        "List-Unsubscribe": f"<http://localhost:8000/kk/x/{'t' * 120}/>",
        "Reply-To": "office@example.org",
        "X-Name": name,
        "Feedback-ID": "1:daily:daily.digest:localhost",
    }
    pieces = compose.assemble(parts, key="k", to=to, language=language, date=DATE, headers=headers)
    ours = whole(pieces)
    assert ours == by_the_library(parts, key="k", to=to, language=language, headers=headers)
