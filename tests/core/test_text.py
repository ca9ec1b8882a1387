"""Addresses, matching, order and suffixes of Kazakh text."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.core import text
from monitoring.core.routes import WORDS

KAZAKH = st.text(alphabet=text.ALPHABET + text.ALPHABET.upper() + " -№«»0123456789iIəƏoа́")
ANY = st.one_of(st.text(), KAZAKH)


@given(ANY, st.integers(3, 80))
def test_a_slug_is_plain_short_and_never_empty(value: str, limit: int) -> None:
    slug = text.slugify(value, limit)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= limit
    assert text.slugify(slug, limit) == slug


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        ("Мүше ұйымдар", "mushe-uiymdar"),
        ("Біздің ұйым", "bizdin-uiym"),
        ("Кітапхана", "kitapkhana"),
        ("Жергілікті өзiн-өзi басқару", "zhergilikti-ozin-ozi-baskaru"),
        ("Новый закон № 148", "novy-zakon-148"),
        ("Съезд объединений", "sezd-obedineniy"),
        ("Щучинск", "shchuchinsk"),
        ("Zhaña ñame café", "zhana-name-cafe"),
        ("***", "bet"),
        ("", "bet"),
    ],
)
def test_the_table_gives_the_slugs_of_the_site_map(source: str, slug: str) -> None:
    assert text.slugify(source) == slug


def test_a_long_slug_ends_with_a_whole_word() -> None:
    title = "Қазақстан Республикасындағы жергілікті мемлекеттік басқару және өзін-өзі басқару"
    assert text.slugify(title) == "kazakstan-respublikasyndagy-zhergilikti-memlekettik-baskaru"
    assert text.slugify("а" * 100) == "a" * 60
    assert text.slugify("басқару органы", 7) == "baskaru"


@pytest.mark.parametrize(
    ("name", "source", "language"),
    [
        ("laws", "Заңдар", "kk"),
        ("guide", "Не істеуге болады", "kk"),
        ("news", "Жаңалықтар", "kk"),
        ("about", "Коалиция туралы", "kk"),
        ("press", "Баспасөзге", "kk"),
        ("sources", "Дереккөздер", "kk"),
        ("corrections", "Түзетулер", "kk"),
        ("privacy", "Дербес деректер", "kk"),
        ("funding", "Қаржыландыру", "kk"),
        ("issues", "Шығарылымдар", "kk"),
        ("manage", "Жазылымдар", "kk"),
        ("guide", "Что можно сделать", "ru"),
        ("members", "Организации", "ru"),
        ("events", "События", "ru"),
        ("press", "Для прессы", "ru"),
        ("data", "Данные", "ru"),
        ("our-organisation", "Наша организация", "ru"),
    ],
)
def test_the_words_of_the_routes_follow_the_table(name: str, source: str, language: str) -> None:
    assert text.slugify(source) == WORDS[name][language]


@pytest.mark.parametrize(
    ("source", "latin"),
    [
        ("Қарағанды", "Karagandy"),
        ("ЖШС", "ZHSHS"),
        ("Щербақты", "Shcherbakty"),
        ("Жаңа Шығыс", "Zhana Shygys"),
        ("Степной", "Stepnoy"),
        ("Ұйымы", "Uiymy"),
    ],
)
def test_case_is_kept_in_latin(source: str, latin: str) -> None:
    assert text.transliterate(source) == latin


@pytest.mark.parametrize("file", ["regions.csv", "districts.csv"])
def test_plain_names_of_places_are_romanised_as_in_the_facts(shared: Path, file: str) -> None:
    kinds_kk = {"облысы", "ауданы", "қаласы", "атындағы", "аудан"}
    kinds_en = {"Region", "District", "City"}
    translated = {"East", "West", "North"}
    checked = 0
    with (shared / "facts" / file).open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            english = row["name_en"].split()
            if translated & set(english):
                continue
            kazakh = [word for word in row["name_kk"].split() if word not in kinds_kk]
            expected = " ".join(word for word in english if word not in kinds_en)
            assert text.transliterate(" ".join(kazakh)) == expected, row["name_kk"]
            checked += 1
    assert checked > 10


@given(ANY)
def test_folding_twice_changes_nothing(value: str) -> None:
    once = text.fold(value)
    assert text.fold(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Өзін-өзі  басқару", "озин-ози баскару"),
        ("өзiн-өзi", "ӨЗІН-ӨЗІ"),
        ("Əкім", "әкім"),
        ("ӘКІМ", "аким"),
        ("Тәуелсiз Heтто", "тауелсиз нетто"),
        ("Ең жаңа", "ЕҢ ЖАҢА"),
        ("\u0435\u0308лка", "елка"),
        ("Һәм", "хам"),
        ("18\u00a0қараша", "18 қараша"),
    ],
)
def test_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    assert text.fold(one) == text.fold(other)


def test_latin_words_keep_their_letters_when_folded() -> None:
    assert text.fold("ZUBR Oil") == "zubr oil"
    assert text.fold("NGO ұйым") == "ngo уйым"


@given(ANY)
def test_a_sort_key_holds_digits_only_and_is_blind_to_case(value: str) -> None:
    assert re.fullmatch(r"(\d\d)*", text.kazakh_key(value))


@given(KAZAKH)
def test_a_sort_key_is_blind_to_case_and_to_what_stands_around(value: str) -> None:
    assert text.kazakh_key(value) == text.kazakh_key(f" «{value.upper()}» ")


@given(KAZAKH, KAZAKH, KAZAKH)
def test_keys_are_one_order(one: str, two: str, three: str) -> None:
    keys = sorted(map(text.kazakh_key, (one, two, three)))
    assert keys[0] <= keys[1] <= keys[2]


def test_letters_stand_in_the_order_of_the_kazakh_alphabet() -> None:
    words = [
        "5-бап", "Абай", "аға", "Әділет", "Баян", "Ғылым", "Дала", "Ёлка", "Жетісу", "Иса", "Қала",
        "Лес", "Мәслихат", "Наурыз", "Ңа", "Ой", "Өскемен", "Тараз", "Ұлт", "Үй", "Хат", "Һәм",
        "Шымкент", "Ынтымақ", "Іс", "Эко", "«Юрта»", "Яссы", "Zubr",
    ]  # fmt: skip
    by_code_point = sorted(words)
    assert sorted(by_code_point, key=text.kazakh_key) == words
    assert text.kazakh_key("Ал ма") < text.kazakh_key("Алма")


def test_numbers_take_the_dative_of_their_last_spoken_word() -> None:
    tens = {10: "ға", 20: "ға", 30: "ға", 40: "қа", 50: "ге", 60: "қа", 70: "ке", 80: "ге",
            90: "ға", 100: "ге"}  # fmt: skip
    ones = dict(enumerate(["", "ге", "ге", "ке", "ке", "ке", "ға", "ге", "ге", "ға"]))
    for number in range(1, 101):
        assert text.with_dative(number) == f"{number}-{ones[number % 10] or tens[number]}"
    assert text.with_dative(2026) == "2026-ға"
    assert text.with_dative(1000) == "1000-ға"
    assert text.with_dative(0) == "0-ге"


def test_numbers_take_the_possessive_of_their_last_spoken_word() -> None:
    tens = {10: "ы", 20: "сы", 30: "ы", 40: "ы", 50: "і", 60: "ы", 70: "і", 80: "і", 90: "ы",
            100: "і"}  # fmt: skip
    ones = dict(enumerate(["", "і", "сі", "і", "і", "і", "сы", "сі", "і", "ы"]))
    for number in range(1, 101):
        assert text.with_possessive(number) == f"{number}-{ones[number % 10] or tens[number]}"


def test_months_and_hours_take_the_dative() -> None:
    assert text.month_dative(11) == "қарашаға"
    assert text.month_dative(4) == "сәуірге"
    assert text.time_dative(18) == "18:00-ге"
    assert text.time_dative(18, 30) == "18:30-ға"
    for wrong in (0, 13):
        with pytest.raises(IndexError):
            text.month_dative(wrong)


@given(ANY)
def test_holding_numbers_together_twice_changes_nothing(value: str) -> None:
    once = text.no_break(value)
    assert text.no_break(once) == once


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("№ 148 заң", "№\u00a0148 заң"),
        ("252 млрд ₸", "252\u00a0млрд\u00a0₸"),
        ("45-бап", "45-\u2060бап"),
        ("18:00-ге дейін", "18:00-\u2060ге дейін"),
        ("2026 ж. 24 қараша", "2026\u00a0ж. 24 қараша"),
        ("1995-2026", "1995-2026"),
    ],
)
def test_numbers_hold_to_their_words(source: str, shown: str) -> None:
    assert text.no_break(source) == shown
