"""Two versions of an act differ where people who read both say that they differ."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.decisions import seeds
from monitoring.decisions.text.bilingual import conflicts, figures, side_by_side
from monitoring.decisions.text.comparison import Comparison, Row, compare_acts
from monitoring.decisions.text.markup import read
from monitoring.decisions.text.parse import Act, parse

TEXTS = Path(seeds.__file__).parent / "texts"

# Written by reading both versions of law 148, articles 1 to 2-1, in each language: what stands in
# the newer one, what it was in the older one, and the words that came and went.
PAIRS = {
    "title": "title", "preamble": "preamble", "chp_1": "chp_1", "art_1": "art_1",
    "art_1__al_1": "art_1__al_1", "art_1__subpara_1": "art_1__subpara_1",
    "art_1__subpara_2": "art_1__subpara_2", "art_1__subpara_3": "art_1__subpara_10",
    "art_1__subpara_4": "art_1__subpara_7", "art_1__subpara_5": "art_1__subpara_4",
    "art_1__subpara_8": "art_1__subpara_6", "art_1__subpara_11": "art_1__subpara_8",
    "art_1__subpara_12": "art_1__subpara_3", "art_1__subpara_13": "art_1__subpara_9",
    "art_1__subpara_14": "art_1__subpara_5", "art_1__subpara_15": "art_1__subpara_11",
    "art_2": "art_2", "art_2__para_1": "art_2__para_1", "art_2__para_2": "art_2__para_2",
}  # fmt: skip
NEW = {
    "art_1__subpara_3-1", "art_1__subpara_6", "art_1__subpara_6-1", "art_1__subpara_6-2",
    "art_1__subpara_7", "art_1__subpara_9", "art_1__subpara_10", "art_2-1", "art_2-1__para_1",
    "art_2-1__para_2", "art_2-1__para_2__al_2", "art_2-1__para_3",
}  # fmt: skip
WORDS: dict[str, dict[str, tuple[str, str] | None]] = {
    "ru": {
        "title": ("и самоуправлении", ""),
        "preamble": ("и самоуправления", ""),
        "art_1__al_1": ("основные", ""),
        "art_1__subpara_1": ("местного и функциями самоуправления", ""),
        "art_1__subpara_4": (", и и самоуправление", "( , )"),
        "art_1__subpara_5": (", самоуправления,", ""),
        "art_1__subpara_8": ("иными Республики Казахстан территории", "другими территорий"),
        "art_1__subpara_11": (", и", "( , )"),
        "art_2": ("Республики Казахстан и самоуправлении", ""),
        "art_2__para_1": ("Республики Казахстан и самоуправлении", ""),
    },
    "kk": {
        "title": ("және өзін-өзі басқару", ""),
        "preamble": ("және өзін-өзі басқару", ""),
        "art_1__al_1": ("Заңда негізгі", "заңда"),
        "art_1__subpara_1": (
            "органдарының заңнамасына жергілікті және өзін-өзі басқару функциялары "
            "Қазақстан Республикасының Президенті мен Үкіметінің",
            "Қазақстан Республикасының Президентi мен Үкiметiнiң органдардың заңдарына",
        ),
        "art_1__subpara_4": ("әкімдік , және және өзін-өзі басқаруды", "әкiмият ( , )"),
        "art_1__subpara_5": ("және өзін-өзі басқарудың функцияларын ,", "мiндеттерiн және"),
        "art_1__subpara_11": (", және заңнамасына айқындайтын", "( , ) заңдарына белгiлейтiн"),
        "art_1__subpara_14": ("функцияларын", "қызметiн"),
        "art_1__subpara_15": ("органның функцияларын", "орган мiндеттерiн"),
        "art_2": ("және өзін-өзі басқару Қазақстан Республикасының заңнамасы", "заңдар"),
        "art_2__para_1": ("және өзін-өзі басқару Қазақстан Республикасының заңнамасы", "заңдар"),
        # Words changed places: which of them are marked is the machine's choice.
        "art_1__subpara_8": None,
    },
}  # fmt: skip


def excerpt(name: str) -> Act:
    return parse((TEXTS / f"{name}.txt").read_text(encoding="utf-8"))


def marked(row: Row, mark: str) -> str:
    return " ".join(text for one, text in row.runs if one == mark)


def assert_as_read(found: Comparison, language: str) -> None:
    rows = {row.eid: row for row in found.rows}
    pairs = {eid: row.before.eid for eid, row in rows.items() if row.before and row.after}
    assert pairs == PAIRS
    assert {row.eid for row in found.rows if row.state == "new"} == NEW
    wanted = WORDS[language]
    assert {row.eid for row in found.rows if row.state == "changed"} == set(wanted)
    for eid, words in wanted.items():
        if words:
            came, went = marked(rows[eid], "ins"), marked(rows[eid], "del")
            assert (came, went) == words, eid
    assert {row.eid for row in found.rows if row.renumbered} == {
        f"art_1__subpara_{number}" for number in (3, 4, 5, 8, 11, 12, 13, 14, 15)
    }
    assert not [row for row in found.rows if row.state in ("removed", "left") or row.moved]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_law_148_of_2008_and_2014_differ_as_a_reader_of_both_says(language: str) -> None:
    found = compare_acts(
        excerpt(f"law-148-2001.2008-12-10.{language}"),
        excerpt(f"law-148-2001.2014-11-07.{language}"),
        before_whole=False,
        after_whole=False,
    )
    assert_as_read(found, language)
    assert [group.heading.eid for group in found.groups if group.heading] == [
        "chp_1", "art_1", "art_2", "art_2-1", "art_3",
    ]  # fmt: skip
    assert found.groups[-1].state == "outside"


def test_the_real_files_of_law_148_differ_as_a_reader_of_both_says(shared: Path) -> None:
    before, after = (
        parse(read((shared / "samples/acts" / f"law148_{name}.md").read_text(encoding="utf-8")))
        for name in ("2008-12-10_rus_st1-5", "2014-11-07_rus_st1-2-1")
    )
    found = compare_acts(before, after, before_whole=False, after_whole=False)
    assert_as_read(found, "ru")
    outside = [one.heading.eid for one in found.groups if one.state == "outside" and one.heading]
    assert outside == ["art_3", "art_4", "chp_2", "art_5"]
    # What an excerpt leaves out is removed only for whoever takes it for the whole.
    whole = compare_acts(before, after)
    assert whole.counts["removed"] == 24
    chapter = parse(
        read((shared / "samples/acts/law148_2014-11-07_rus_ch3-1.md").read_text(encoding="utf-8"))
    )
    assert compare_acts(before, chapter, before_whole=False, after_whole=False).counts["new"] == 0


ITEMS = st.lists(
    st.sampled_from(
        [
            "Статья 1. Понятия", "Статья 2. Органы власти", "Статья 2-1. Основы", "Глава 1. Общее",
            "1. Маслихат избирается населением области на пять лет.", "2. Аким отвечает.",
            "1) имущество коммунальных юридических лиц;", "2) местный бюджет области и района;",
            "3) исключен;", "Жергiлiктi басқару органдары мен әкімдер.", "Сноска. Изменена.",
            "4. Собрание местного сообщества обсуждает бюджетные программы и доходы.",
        ]
    ),
    max_size=14,
).map("\n".join)  # fmt: skip


@given(ITEMS, ITEMS)
def test_every_provision_of_both_versions_is_shown_once(before: str, after: str) -> None:
    old, new = parse(before), parse(after)
    rows = list(compare_acts(old, new).rows)
    assert sorted(row.after.eid for row in rows if row.after) == sorted(
        piece.eid for piece in new.provisions
    )
    assert sorted(row.before.eid for row in rows if row.before and row.state != "left") == sorted(
        piece.eid for piece in old.provisions
    )
    for row in rows:
        before_text = "".join(text for mark, text in row.before_runs if mark != "ins")
        after_text = "".join(text for mark, text in row.after_runs if mark != "del")
        assert before_text == (row.before.text if row.before else "")
        assert after_text == (row.after.text if row.after else "")


@given(ITEMS)
def test_other_letters_dashes_and_quotes_of_the_same_look_change_nothing(text: str) -> None:
    other = text.replace("і", "i").replace("ә", "ə").replace(" - ", " – ").replace(" ", "\u00a0")
    found = compare_acts(parse(text), parse(other))
    assert {row.state for row in found.rows} <= {"same"}
    assert found.added == found.removed == 0


def test_what_lost_force_moved_or_went_is_told_apart() -> None:
    before = parse(
        "Статья 1. Бюджет\n1. Бюджет района утверждает маслихат по представлению акима.\n"
        "2. Аким отчитывается перед населением.\n3. Прежняя норма о сборах.\n"
        "Статья 2. Выборы\n1. Выборы назначает избирательная комиссия.\n"
        "Статья 3. Ревизия\n1. Ревизионная комиссия проверяет бюджет."
    )
    after = parse(
        "Статья 1. Бюджет\n1. Аким отчитывается перед населением.\n3. Исключен Законом № 5.\n"
        "Статья 2. Выборы\n1. Выборы назначает избирательная комиссия.\n"
        "2. Бюджет района утверждает маслихат по представлению акима.\n"
        "Статья 3. Ревизия\nСноска. Статья 3 исключена Законом № 5."
    )
    rows = list(compare_acts(before, after).rows)
    told = {
        (row.before and row.before.eid, row.after and row.after.eid): (row.state, row.moved)
        for row in rows
    }
    assert told["art_1__para_2", "art_1__para_1"] == ("same", False)
    assert told["art_1__para_1", "art_2__para_2"] == ("same", True)
    assert told["art_1__para_1", None] == ("left", False)
    assert told["art_1__para_3", "art_1__para_3"] == ("excluded", False)
    assert told["art_3", "art_3"] == ("excluded", False)
    assert told["art_3__para_1", None] == ("removed", False)


def test_a_law_of_a_hundred_pages_is_compared_while_a_reader_waits() -> None:
    old, new = [], []
    for article in range(1, 101):
        old.append(f"Статья {article}. Полномочия {article * 7}")
        new.append(old[-1])
        for number in range(1, 15):
            words = [f"слово{(article * number + place * place) % 997}" for place in range(30)]
            old.append(f"{number}. {' '.join(words)}.")
            words[number] = "иное" if (article + number) % 3 else words[number]
            if (article + number) % 11:
                new.append(f"{number}. {' '.join(words)}.")
    before, after = parse("\n".join(old)), parse("\n".join(new))
    assert len(before.text) > 330_000
    start = time.process_time()
    found = compare_acts(before, after)
    assert time.process_time() - start < 6  # 0.8 s on the slow machine where this was written
    assert found.counts["changed"] > 500
    assert found.counts["new"] == 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Указа от 6 марта 1997 г. № 3393", ("1997-03-06", "№ 3393")),
        ("1997 жылғы 6 наурыздағы № 3398 Жарлығын", ("1997-03-06", "№ 3398")),
        ("согласно решения от 20.03.97 г. № 3-82а", ("1997-03-20", "№ 3-82а")),
        ("ҚР 2009.02.09 N 126-IV Заңымен", ("2009-02-09", "№ 126-iv")),
        ("сроком на пять лет", ("5",)),
        ("бес жыл мерзімге", ("5",)),
        ("двадцати пяти календарных дней", ("25",)),
        ("жиырма бес күнтізбелік күн", ("25",)),
        ("39-3-баптың 2-тармағы", ("39-3", "2")),
        ("1 342 401,3 мың теңге", ("1342401,3",)),
        ("бір ғана мәслихат", ()),
    ],
)
def test_dates_and_numbers_read_alike_in_both_languages(text: str, wanted: tuple[str, ...]) -> None:
    assert figures(text) == wanted


def test_the_two_texts_of_the_constitution_agree_and_stand_side_by_side() -> None:
    sides = side_by_side(
        excerpt("constitution-2026.2026-03-15.kk"), excerpt("constitution-2026.2026-03-15.ru")
    )
    assert not [side for side in sides if side.alone or side.disagree]
    assert [side.eid for side in sides if side.kk and side.kk.kind == "article"] == [
        f"art_{number}" for number in range(87, 92)
    ]


def test_another_way_of_citing_and_other_notes_are_no_disagreement() -> None:
    for day in ("2008-12-10", "2014-11-07"):
        kazakh, russian = (excerpt(f"law-148-2001.{day}.{code}") for code in ("kk", "ru"))
        assert not list(conflicts(side_by_side(kazakh, russian)))
    other = side_by_side(parse("1. № 126-IV Заң."), parse("1. Закон № 126-V."))
    assert [(side.only_kk, side.only_ru) for side in other] == [(("№ 126-iv",), ("№ 126-v",))]


def test_a_decision_of_1997_says_other_numbers_in_kazakh_than_in_russian(shared: Path) -> None:
    kazakh, russian = (
        parse(read((shared / "samples/local_full" / name).read_text(encoding="utf-8")))
        for name in (f"akim_almaty_oblast_1997-06-24_4697_{code}.md" for code in ("kaz", "rus"))
    )
    found = {
        side.eid: (set(side.only_kk), set(side.only_ru))
        for side in conflicts(side_by_side(kazakh, russian))
    }
    assert found == {
        "note_1": ({"№ 9-96"}, {"№ 9-95"}),
        "preamble": ({"№ 3398", "№ 77"}, {"№ 3393", "№ 77-р"}),
    }


@given(ITEMS, ITEMS)
def test_side_by_side_shows_every_provision_once(kk: str, ru: str) -> None:
    kazakh, russian = parse(kk), parse(ru)
    sides = side_by_side(kazakh, russian)
    assert [side.kk for side in sides if side.kk] == [
        piece for piece in kazakh.pieces if piece.kind != "contents"
    ]
    assert sorted(side.ru.eid for side in sides if side.ru) == sorted(
        piece.eid for piece in russian.pieces if piece.kind != "contents"
    )
