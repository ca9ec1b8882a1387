"""A version of a text is kept as it was, read as of a day, and corrected by a later row only."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from monitoring.decisions.models import TextVersion
from monitoring.decisions.text.parse import PARSER_VERSION
from monitoring.decisions.versions import (
    acts,
    add_text_version,
    checked_text,
    decode,
    is_garbled,
    versions_of,
    withdraw_text_version,
)
from monitoring.decisions.wording import sentence
from monitoring.evidence.models import AppendOnlyError
from monitoring.journal.models import Change
from tests.factories.record import make_decision

DAY = dt.date(2008, 12, 10)
LATER = dt.date(2014, 11, 7)
SOURCE = "https://zan.gov.kz/client/#!/doc/1/rus"


def make_version(
    decision: Any, text: str = "Статья 1. О бюджете\n1. Первый.", **values: Any
) -> Any:
    values = {"language": "ru", "valid_from": DAY, "source": SOURCE, **values}
    return add_text_version(decision=decision, text=text, **values)


@pytest.mark.django_db
def test_the_latest_row_of_a_day_counts_and_the_earlier_ones_stay() -> None:
    decision = make_decision()
    make_version(decision, "Статья 1. Опечтка")
    corrected = make_version(decision, "Статья 1. Опечатка")
    newest = make_version(decision, "Статья 1. Иначе", valid_from=LATER)
    found = versions_of(decision)
    assert [row.pk for row in found.rows] == [corrected.pk, newest.pk]
    assert found.as_of("ru", dt.date(2014, 11, 6)) == corrected
    assert found.as_of("ru", LATER) == found.as_of("ru", None) == newest
    assert found.as_of("ru", dt.date(1999, 1, 1)) == corrected
    assert found.later(corrected) == [newest]
    assert found.language_for("en", "kk") == "ru"
    assert [act.title or act.pieces[0].text for act in acts(found.rows)] == ["Опечатка", "Иначе"]
    withdraw_text_version(version=newest, by=None)
    assert [row.pk for row in versions_of(decision).rows] == [corrected.pk]
    assert TextVersion.objects.count() == 4
    with pytest.raises(AppendOnlyError):
        corrected.save()
    with pytest.raises(AppendOnlyError):
        corrected.delete()


@pytest.mark.django_db
def test_a_new_wording_is_one_change_of_the_public_record_said_in_words() -> None:
    decision = make_decision()
    make_version(decision)
    change = Change.objects.latest("pk")
    assert change.after["texts"] == [
        {
            "language": "ru",
            "valid_from": "2008-12-10",
            "sha256": versions_of(decision).rows[0].sha256,
        }
    ]
    assert sentence(change, "ru").endswith("редакция текста акта")
    with pytest.raises(ValidationError):
        make_version(decision)
    assert Change.objects.filter(subject_id=decision.pk).latest("pk") == change


LONG = "а" * 5_000_000


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (" \n\u200b", {"kk": "мәтін жоқ", "ru": "нет текста", "en": "no text"}),
        (
            "<p><script>alert(1)</script></p>",
            {"kk": "мәтін жоқ", "ru": "нет текста", "en": "no text"},
        ),
        (LONG, {"kk": "5\u00a0000\u00a0000", "ru": "5\u00a0000\u00a0000", "en": "at most 2"}),
        (
            "Қазақстан Республикасының Заңы".encode().decode("latin-1"),
            {"kk": "Әріптер бұзылған", "ru": "Буквы испорчены", "en": "garbled"},
        ),
        (
            "Закон Республики Казахстан".encode("cp1251").decode("latin-1"),
            {"kk": "Әріптер бұзылған", "ru": "Буквы испорчены", "en": "garbled"},
        ),
    ],
    ids=["empty", "script alone", "5 million letters", "UTF-8 as Latin", "cp1251 as Latin"],
)  # fmt: skip
def test_what_is_no_text_is_refused_in_the_readers_language(
    raw: str, words: dict[str, str], language: str
) -> None:
    with translation.override(language), pytest.raises(ValidationError) as refused:
        checked_text(raw)
    assert words[language] in str(refused.value.message_dict["text"][0])


def test_files_of_several_encodings_are_read_and_honest_words_are_not_called_garbled() -> None:
    text = "Закон Республики Казахстан"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1251"):
        assert decode(text.encode(encoding)) == text
    assert decode("Қазақ".encode()) == "Қазақ"
    for honest in (text, "Façade, naïve and ten words more of English", "Қазақстан – «Ұлы дала»"):
        assert not is_garbled(honest)
    assert is_garbled("Қаз\ufffd\ufffd\ufffd")


@pytest.mark.django_db
def test_markup_is_kept_out_and_every_line_is_kept_in() -> None:
    version = make_version(
        make_decision(), "<script>x()</script><p>Статья 1. О</p><p onclick=x>1. Пер<b>вый</b>.</p>"
    )
    assert version.text == "Статья 1. О\n1. Первый."
    assert version.parser == PARSER_VERSION


@pytest.mark.django_db
def test_an_unnamed_source_is_refused_beside_its_box() -> None:
    with pytest.raises(ValidationError) as refused:
        make_version(make_decision(), source="  ")
    assert list(refused.value.message_dict) == ["source"]
    assert not TextVersion.objects.exists()
