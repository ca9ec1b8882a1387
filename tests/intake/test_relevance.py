"""Points and their reasons: pure, bounded, the same in any order."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.relevance import Act, Rule, Scorer, Text, changes

RULE = Rule(
    id=1,
    phrases={
        "kk": ("жергілікті өзін-өзі басқару", "жергілікті қоғамдастық жиыны"),
        "ru": ("местное самоуправление", "сход местного сообщества"),
    },
    against={"ru": ("теплица",)},
    kinds={"ru": ("Решение маслихата",)},
    bodies=frozenset({7}),
    acts=(Act(5, ("148-II",), ("Z010000148_",), "2001-01-23"),),
    points=60,
    against_points=25,
    kind_points=5,
    body_points=15,
    act_points=40,
)


@pytest.mark.parametrize(
    "title",
    [
        "Жергілікті қоғамдастық жиындарын өткізу қағидалары",
        "жергиликти озин-ози баскару туралы",
        "Жергiлiктi өзiн-өзi басқарудың мәселелері",
        "Zhergilikti ozin-ozi baskaru",
        "О СХОДАХ МЕСТНОГО СООБЩЕСТВА",
        "о развитии местного самоуправления",
    ],
)
def test_a_phrase_is_found_in_any_inflection_spelling_and_script(title: str) -> None:
    (reason,) = Scorer([RULE]).score(Text(title)).reasons
    assert (reason.ground, reason.where, reason.points) == ("phrase", "title", 60)
    assert reason.words[0].lower() in title.lower()


def test_every_ground_is_a_reason_with_its_words_and_place() -> None:
    text = Text(
        "Решение маслихата о бюджете", "По закону № 148-II; местное самоуправление, теплицы", 7
    )
    found = Scorer([RULE]).score(text)
    said = {(one.ground, one.where, one.points, one.words) for one in found.reasons}
    assert said == {
        ("phrase", "text", 30, ("местное самоуправление",)),
        ("against", "text", -12, ("теплицы",)),
        ("kind", "title", 5, ("Решение маслихата",)),
        ("body", "", 15, ()),
        ("citation", "text", 20, ("148-II",)),
    }
    assert found.points == 58


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("от 23 января 2001 года № 148", True),
        ("№ 148-ІІ", True),
        ("Z010000148_", True),
        ("№ 148", False),
        ("№ 148-II от 1 мая 2020 года", False),
        ("№ 148-IV", False),
    ],
)
def test_a_watched_act_is_known_by_code_or_number_and_date(text: str, cited: bool) -> None:
    assert bool(Scorer([RULE]).score(Text("О", text)).points) == cited


WORDS = (
    "сход местного сообщества",
    "местное самоуправление",
    "теплица",
    "бюджет",
    "№ 148-II",
    "жиын",
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=5).map(", ".join)
POINTS = st.integers(0, 100)
SOME = st.lists(st.sampled_from(WORDS), max_size=3).map(tuple)
RULES = st.lists(
    st.builds(
        Rule,
        id=st.integers(1, 9),
        phrases=st.fixed_dictionaries({"ru": SOME}),
        against=st.fixed_dictionaries({"ru": SOME}),
        points=POINTS,
        against_points=POINTS,
    ),
    max_size=4,
    unique_by=lambda rule: rule.id,
)


@given(RULES, TEXTS, TEXTS, st.randoms())
def test_points_are_bounded_and_the_order_of_rules_changes_nothing(
    rules: list[Rule], title: str, summary: str, random: object
) -> None:
    text = Text(title, summary)
    first = Scorer(rules).score(text)
    assert 0 <= first.points <= 100
    other = list(rules)
    random.shuffle(other)  # type: ignore[attr-defined] # a Random
    assert Scorer(other).score(text) == first
    assert Scorer(other).fingerprint == Scorer(rules).fingerprint


@given(RULES, TEXTS, st.sampled_from(WORDS))
def test_one_more_ground_never_lowers_and_one_against_never_raises(
    rules: list[Rule], title: str, word: str
) -> None:
    kind = [dataclasses.replace(rule, against={}) for rule in rules]
    assert (
        Scorer(kind).score(Text(f"{title}, {word}")).points
        >= Scorer(kind).score(Text(title)).points
    )
    strict = [
        dataclasses.replace(rule, against={"ru": (*rule.against["ru"], word)}) for rule in rules
    ]
    text = Text(title)
    assert Scorer(strict).score(text).points <= Scorer(rules).score(text).points


def test_what_a_rule_changes_is_told_before_and_after() -> None:
    texts = {1: Text("Сход местного сообщества"), 2: Text("О теплицах")}
    found = changes(texts, Scorer([]), Scorer([RULE]))
    assert {pk: (old.points, new.points) for pk, (old, new) in found.items()} == {1: (0, 60)}
