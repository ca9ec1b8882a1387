"""A redline marks what changed in the words, shows the texts as written, and nothing else."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.core.text import one_alphabet
from monitoring.decisions.text import redline
from monitoring.decisions.text.redline import Provision, compare, compare_words, pair_up

WORDS = st.lists(
    st.sampled_from(
        ["жергілікті", "жергiлiктi", "өзін-өзі", "басқару", "және", "мен", "148", "1,5", "1)",
         "(ол", "№", "«әкім»", "–", "құқық", "право", "и", "а.б"]
    ),
    max_size=14,
)  # fmt: skip
SPACES = st.sampled_from([" ", "  ", "\u00a0", "\n"])
TEXTS = st.builds(lambda words, space: space.join(words), WORDS, SPACES)


def read(runs: redline.Runs, *marks: str) -> str:
    return "".join(text for mark, text in runs if mark in marks)


def words(text: str) -> list[str]:
    return [token.key for token in redline._tokens(text)]


FEW = st.lists(st.sampled_from(["а", "және", "б"]), max_size=12).map(" ".join)
"""Few words, so that stretches have far to slide."""


@given(st.one_of(TEXTS, FEW), st.one_of(TEXTS, FEW))
def test_each_side_reads_exactly_as_it_was_written(before: str, after: str) -> None:
    left, right, runs, _, _ = compare_words(before, after)
    assert read(left, "same", "del") == before
    assert read(right, "same", "ins") == after
    assert words(read(runs, "same", "ins")) == words(after)
    assert words(read(runs, "same", "del")) == words(before)


@given(TEXTS, TEXTS)
def test_spaces_stay_outside_the_marks_and_stretches_do_not_touch(before: str, after: str) -> None:
    for runs in compare_words(before, after)[:3]:
        for mark, text in runs:
            assert text
            if mark != "same":
                assert text == text.strip()
        assert all(one[0] != two[0] for one, two in pairwise(runs))


@given(TEXTS)
def test_a_text_is_the_same_as_itself_in_another_spelling_of_one_letter(text: str) -> None:
    other = re.sub("і", "i", text)
    left, right, _, added, removed = compare_words(text, other)
    assert (added, removed) == (0, 0)
    assert {mark for mark, _ in (*left, *right)} <= {"same"}
    assert read(right, "same") == other, "the original is shown"


@given(TEXTS, TEXTS)
def test_words_counted_are_words_marked(before: str, after: str) -> None:
    left, right, _, added, removed = compare_words(before, after)
    for runs, mark, count in ((left, "del", removed), (right, "ins", added)):
        marked = [token for kind, text in runs if kind == mark for token in redline._tokens(text)]
        assert sum(token.is_word for token in marked) == count


@pytest.mark.parametrize(
    ("before", "after", "inserted"),
    [
        (
            "жергілікті мемлекеттік басқару туралы",
            "жергілікті мемлекеттік басқару және өзін-өзі басқару туралы",
            "және өзін-өзі басқару",
        ),
        (
            "о местном государственном управлении в Республике",
            "о местном государственном управлении и самоуправлении в Республике",
            "и самоуправлении",
        ),
        (
            "халықпен мен мәслихат мен әкімдік арасында",
            "халықпен мен мәслихат мен кеңес мен әкімдік арасында",
            "мен кеңес",
        ),
    ],
    ids=["kk", "ru", "kk-men"],
)
def test_an_insertion_starts_at_the_joining_word(before: str, after: str, inserted: str) -> None:
    right = compare_words(before, after)[1]
    assert [text for mark, text in right if mark == "ins"] == [inserted]


def test_a_deletion_starts_at_the_joining_word_too() -> None:
    left = compare_words("басқару және өзін-өзі басқару туралы", "басқару туралы")[0]
    assert [text for mark, text in left if mark == "del"] == ["және өзін-өзі басқару"]


def provisions(*texts: str) -> list[Provision]:
    return [Provision(f"M{number}", text) for number, text in enumerate(texts, start=1)]


def states(found: redline.Redline) -> list[tuple[str, str, str]]:
    return [
        (pair.state, pair.before.key if pair.before else "", pair.after.key if pair.after else "")
        for pair in found.pairs
    ]


def test_provisions_are_paired_by_what_they_say_and_not_by_their_number() -> None:
    before = provisions(
        "1) әкім – жергілікті атқарушы органды басқаратын тұлға;",
        "2) бюджет – ауыл тұрғындарының қаражаты;",
        "3) мәслихат сессиясы – мәслихат қызметінің негізгі нысаны;",
    )
    after = provisions(
        "1) бюджет – ауыл мен қала тұрғындарының қаражаты;",
        "2) жиын – бір ауыл тұрғындарының тікелей қатысуы;",
        "3) әкiм – Президенттің өкілі;",
        "4) мәслихат сессиясы – мәслихат қызметінің негізгі нысаны;",
    )
    found = compare(before, after)
    assert states(found) == [
        ("changed", "M2", "M1"),
        ("new", "", "M2"),
        ("changed", "M1", "M3"),
        ("changed", "M3", "M4"),
    ]


def test_a_removed_provision_stands_behind_the_one_that_it_followed() -> None:
    before = provisions("Бірінші бап туралы.", "Екінші норма алынады.", "Үшінші ереже қалады.")
    after = provisions("Бірінші бап туралы.", "Үшінші ереже қалады.")
    found = compare(before, after)
    assert states(found) == [("same", "M1", "M1"), ("removed", "M2", ""), ("same", "M3", "M2")]
    assert (found.added, found.removed) == (0, 3)
    assert read(found.pairs[1].before_runs, "del") == "Екінші норма алынады."
    assert [len(group) for group in found.folded()] == [1, 1, 1]


def test_unchanged_provisions_fold_together() -> None:
    texts = ["Бір өзгеріссіз норма.", "Тағы бір норма.", "Соңғысы өзгереді."]
    found = compare(provisions(*texts), provisions(*texts[:2], "Соңғысы толық өзгереді."))
    assert [[pair.state for pair in group] for group in found.folded()] == [
        ["same", "same"],
        ["changed"],
    ]
    assert (found.added, found.removed) == (1, 0)


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=6))
def test_every_provision_stands_in_the_redline_once(old: list[str], new: list[str]) -> None:
    before, after = provisions(*old), provisions(*new)
    found = compare(before, after)
    assert [pair.after for pair in found.pairs if pair.after] == after
    gone = [pair.before for pair in found.pairs if pair.before]
    assert sorted(one.key for one in gone) == sorted(one.key for one in before)
    partners = pair_up(before, after)
    assert len(set(partners.values())) == len(partners)
    assert one_alphabet("өзiн-өзi") == "өзін-өзі"


def test_five_hundred_provisions_take_no_minute() -> None:
    before = provisions(
        *(f"{n}) норма {n % 7} туралы сөз {n} және басқа {n * 3}" for n in range(500))
    )
    after = provisions(*(f"{n}) норма {n % 7} жайлы сөз {n} және өзге {n * 3}" for n in range(500)))
    found = compare(before, after)
    assert len(found.pairs) == 500
