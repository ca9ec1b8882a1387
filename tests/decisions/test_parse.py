"""An act comes apart into provisions with lasting names, and nothing of it is lost."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.decisions.text.markup import read, tidy
from monitoring.decisions.text.parse import Act, parse

LINES = st.sampled_from(
    [
        "Статья 5. Порядок", "Статья 26-1", "статья 5 настоящего Закона", "113-1-бап. Атауы",
        "1-тарау. ЖАЛПЫ ЕРЕЖЕЛЕР", "IX бөлім Жергілікті", "Глава 3-1. Участие", "Раздел II",
        "1. Бірінші", "1.", "2-1. Екінші;", "1) бір;", "3-1) үш.", "3) - 5) исключены;", "а) ә;",
        "Сноска. Статья 5 исключена.", "Ескерту. 16-бап алып тасталды.", "Примечание ИЗПИ!",
        "Приложение 1", "шешіміне 2-қосымша", "Облыс Әкімі", "С. Умбетов", "§ 2. Бөлік", "жай сөз.",
        "(", "«", "10.12.2008 ж.", "Исключена Законом", "5. Алынып тасталды.", "- тире",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=25).map("\n".join)


def eids(act: Act, kind: str) -> list[str]:
    return [piece.eid for piece in act.pieces if piece.kind == kind]


@given(TEXTS)
def test_no_text_is_refused_and_no_character_of_it_is_lost(text: str) -> None:
    act = parse(text)
    assert act.text == tidy(text)
    assert all(piece.line == piece.lead + piece.text for piece in act.pieces)


@given(TEXTS)
def test_names_are_unique_and_the_same_on_every_reading(text: str) -> None:
    act = parse(text)
    assert len(act.by_eid) == len(act.pieces)
    assert parse(act.text) == act
    allowed = set(string.ascii_letters + string.digits + "_-.")
    assert all(piece.eid and set(piece.eid) <= allowed for piece in act.pieces)


@given(TEXTS)
def test_every_piece_stands_in_an_earlier_one(text: str) -> None:
    earlier = {""}
    for piece in parse(text).pieces:
        assert piece.parent in earlier
        earlier.add(piece.eid)


@given(st.text(alphabet="<>/pbrscit=\"'&;# -a1\n\\*", max_size=80))
def test_no_markup_is_too_broken_to_read(raw: str) -> None:
    text = read(raw)
    assert tidy(text) == text


def test_numbers_of_both_languages_name_the_same_provision() -> None:
    russian = parse("Глава 3-1. Участие\nСтатья 113-1. Права\n1. Первый:\n1) один;\nа) буква;")
    kazakh = parse("3-1-тарау. ҚАТЫСУ\n113-1-бап. Құқықтар\n1. Бірінші:\n1) бір;\nа) әріп;")
    assert [one.eid for one in russian.pieces] == [one.eid for one in kazakh.pieces]
    assert russian.pieces[-1].eid == "art_113-1__para_1__subpara_1__point_a"
    assert [one.label for one in kazakh.pieces][:2] == ["3-1-тарау.", "113-1-бап."]


def test_kazakh_of_the_2000s_with_latin_i_and_a_space_before_the_stop() -> None:
    act = parse("IX БӨЛIМ. Жалпы\n1-тарау . ЖАЛПЫ ЕРЕЖЕЛЕР\n2-1-бап . Негiздерi")
    assert [one.eid for one in act.pieces] == ["sec_IX", "sec_IX__chp_1", "art_2-1"]
    assert act.pieces[2].text == "Негiздерi"


@pytest.mark.parametrize(
    "line",
    [
        "5. Алынып тасталды.",
        "3) Алынып тасталды.",
        "12) исключен Законом РК от 22.07.2011 № 479-IV;",
        "16-бап. Алып тасталды – ҚР 21.07.2011 № 465-IV Заңымен",
        "Статья 16 исключена Законом РК от 21.07.2011 № 465-IV",
        "3) - 5) исключены;",
        "7. Утратил силу.",
        "7. Күшi жойылды.",
    ],
)
def test_a_provision_that_lost_force_is_known_by_its_words(line: str) -> None:
    assert parse(line).pieces[0].excluded


@pytest.mark.parametrize(
    "line", ["1) исключение из реестра;", "2) исключен из партии;", "3. Күші бар.", "1) алып кету;"]
)
def test_words_that_only_resemble_exclude_nothing(line: str) -> None:
    assert not parse(line).pieces[0].excluded


def test_an_empty_article_is_excluded_by_the_note_under_it_and_a_full_one_is_not() -> None:
    note = "Ескерту. {}-бап алып тасталды - ҚР 2011.07.21 N 465-IV Заңымен."
    act = parse(
        f"16-бап. Тексеру комиссиясы\n{note.format(16)}\n"
        f"17-бап. Комиссиялар\n1. Бар.\n{note.format(17)}"
    )
    assert act.by_eid["art_16"].excluded
    assert not act.by_eid["art_17"].excluded
    assert act.notes["art_16"] == [note.format(16)]


def test_a_sentence_that_begins_with_a_number_of_an_article_opens_none() -> None:
    act = parse("Статья 5. Порядок\nСтатья 6 настоящего Закона применяется.\n7-баптың күші бар.")
    assert eids(act, "article") == ["art_5"]
    assert eids(act, "alinea") == ["art_5__al_1", "art_5__al_2"]


def test_a_note_of_the_publisher_takes_its_second_line_and_leaves_the_law_alone() -> None:
    act = parse(
        "3-бап. Негiзi\n1. Көздер:\nРҚАО-ның ескертпесі!\n"
        "4) тармақшаға өзгеріс енгізу көзделген - ҚР 05.07.2014 № 236-V Заңымен.\n4) айыппұлдар;"
    )
    assert [one.kind for one in act.pieces][2:] == ["note", "note", "subparagraph"]
    assert act.pieces[-1].eid == "art_3__para_1__subpara_4"


def test_a_table_of_contents_is_not_the_law() -> None:
    act = parse(
        "1-тарау. ЖАЛПЫ\n1-бап. Ұғымдар\n2-бап. Заңдар\nяяяя\nТуралы заң\n"
        "1-тарау. ЖАЛПЫ\n1-бап. Ұғымдар\nМынадай ұғымдар:\n2-бап. Заңдар"
    )
    assert eids(act, "contents") == ["toc_1", "toc_2", "toc_3"]
    assert eids(act, "article") == ["art_1", "art_2"]
    assert act.title == "Туралы заң"


def test_words_after_a_finished_list_belong_to_what_held_it() -> None:
    act = parse("Статья 1. О\n1. Имеют право:\n1) первое;\nеще о первом;\n2) второе.\nИтог.")
    assert eids(act, "alinea") == ["art_1__para_1__subpara_1__al_2", "art_1__para_1__al_2"]


def test_attachments_number_their_provisions_anew() -> None:
    act = parse("1. Бекітілсін.\n2. Осы.\nшешіміне 1-қосымша\n1. Ереже.\nПриложение 2\n1. Правило.")
    assert eids(act, "paragraph") == ["para_1", "para_2", "att_1__para_1", "att_2__para_1"]


def test_html_loses_its_scripts_and_keeps_its_lines() -> None:
    html = (
        "<html><head><title>x</title></head><body><p id=z1>&nbsp;1. Бір<br>екі</p>"
        "<script>alert('2. жоқ')</script>"
        "<p><table><tr><td>Әкім</td><td>С.&nbsp;А.</td></tr></table>"
        "</p><p>1&lt;2</p></body>"
    )
    assert read(html).split("\n") == ["1. Бір", "екі", "Әкім", "С. А.", "1<2"]


def test_markdown_loses_its_signs_and_plain_text_keeps_them() -> None:
    marked = (
        '---\na: b\n---\n# Атауы\n\n<a id="st1"></a>\n\n> *Ескерту. Бар.*\n\n1\\) бір\n\n**Әкім**'
    )
    assert read(marked).split("\n") == ["Атауы", "Ескерту. Бар.", "1) бір", "Әкім"]
    assert read("1\\) * бір > екі").split("\n") == ["1\\) * бір > екі"]


def test_real_acts_come_apart_as_they_are_cited(shared: Path) -> None:
    def act(path: str) -> Act:
        text = read((shared / "samples" / path).read_text(encoding="utf-8"))
        found = parse(text)
        assert found.text == text
        return found

    chapter = act("acts/law148_2014-11-07_rus_ch3-1.md")
    assert eids(chapter, "article") == [f"art_39-{n}" for n in range(1, 7)]
    assert "Ограничение прав" in chapter.by_eid["art_39-2__para_1__al_2"].text
    definitions = act("acts/law148_2014-11-07_rus_st1-2-1.md")
    numbers = [one.number for one in definitions.pieces if one.parent == "art_1" and one.number]
    assert " ".join(numbers) == "1 2 3 3-1 4 5 6 6-1 6-2 7 8 9 10 11 12 13 14 15"
    assert definitions.home("art_2-1__para_2__al_2") == definitions.by_eid["art_2-1"]
    kazakh, russian = (
        act(f"acts/constitution-2026_sectionIX_{code}.md") for code in ("kaz", "rus")
    )
    assert [one.eid for one in kazakh.pieces] == [one.eid for one in russian.pieces]
    decision = act("local_full/akim_almaty_oblast_1997-06-24_4697_kaz.md")
    assert decision.ended.endswith("№ 9-96 шешімімен.")
    assert [one.text for one in decision.pieces if one.kind == "signature"] == [
        "Облыс Әкімі", "С.Үмбетов",
    ]  # fmt: skip
    page = act("html/adilet_V2300032783_rus_page_fragment.html")
    assert page.title.startswith("Об утверждении Технического регламента")
    assert page.notes[""] == ["Примечание ИЗПИ!", "Порядок введения в действие см. п.4."]
    assert eids(page, "paragraph") == ["para_1", "para_2", "para_3", "para_4"]
