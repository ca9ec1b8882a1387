"""What the glossary promises: three spellings find one record, and neighbours do not.

Terms, endings and pairs are drawn anew in each run; the seed is printed by a failure.
"""

from __future__ import annotations

import random
import string

import pytest

from monitoring.search.analysis import Concept, Concepts, Tally, Vocabulary
from monitoring.search.analysis.scripts import from_layout
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.plans import matches, plan_of
from monitoring.search.query import Query
from monitoring.search.seeds import rows
from monitoring.search.streams import streams_of
from tests.search.inflection import FORMS, inflect, plainly

GLOSSARY = rows()
CONCEPTS = Concepts(
    [
        Concept(
            row["key"],
            {
                lang: tuple(row[f"terms_{lang}"].split("\n"))
                for lang in ("kk", "ru", "en")
                if row[f"terms_{lang}"]
            },
            row["opaque"],
        )
        for row in GLOSSARY
    ]
)
VERBS_AND_PLURALS = ("күшіне енді", "күшін жойған", "мәселелер", "кірістер", "порталы", "назарда")
TERMS = [
    (row["terms_kk"].split("\n")[0], row["terms_ru"].split("\n")[0], row["terms_en"].split("\n")[0])
    for row in GLOSSARY
    if not any(part in row["terms_kk"] for part in VERBS_AND_PLURALS)
]


def finds(query: str, record: str, language: str = "kk") -> bool:
    document = SearchDocument("note", 1, 1, {language: Text(record)})
    return matches(plan_of(Query.parse(query), CONCEPTS), document, streams_of(document, CONCEPTS))


@pytest.fixture
def draw() -> random.Random:
    seed = random.randrange(10**9)
    print("seed", seed)  # shown when the test fails
    return random.Random(seed)


def test_thirty_drawn_terms_are_found_in_three_spellings(draw: random.Random) -> None:
    missed = []
    for kazakh, russian, english in draw.sample(TERMS, 30):
        form, other = draw.sample(FORMS, 2)
        record = f"Бүгін {inflect(kazakh, form)} хабарланды"
        asked = inflect(kazakh, other)
        missed += [
            (query, record)
            for query in (asked, plainly(asked), russian, english)
            if not finds(query, record)
        ]
    assert missed == []


def test_thirty_drawn_neighbours_are_not_found(draw: random.Random) -> None:
    found = []
    pairs = [
        (one, other)
        for one in TERMS
        for other in TERMS
        if one is not other and one[0].lower() not in other[0].lower() and "НҚА" not in other[0]
    ]
    for asked, other in draw.sample(pairs, 30):
        record = f"Бүгін {inflect(other[0], draw.choice(FORMS))} хабарланды"
        found += [
            (query, record)
            for query in (asked[0], plainly(asked[0]), asked[1])
            if finds(query, record)
        ]
    assert found == []


@pytest.mark.parametrize(
    ("query", "record"),
    [
        ("Құрылтай", "Ұлттық құрылтайдың отырысы"),
        ("Ұлттық құрылтай", "Құрылтайдың отырысы"),
        ("Курултай", "Ұлттық құрылтай өтті"),
        ("Национальный курултай", "Құрылтай сайлауы"),
        ("Kurultai", "Ұлттық құрылтай"),
        ("кеңес", "қоғамдық кеңестің мүшелері"),
        ("Халық Кеңесі", "қоғамдық кеңес"),
        ("жергілікті қоғамдастық жиыны", "жергілікті бюджет туралы"),
        ("жергілікті қоғамдастық жиыны", "жергілікті қоғамдастық жиналысы өтті"),
        ("сход местного сообщества", "жергілікті қоғамдастық жиналысы"),
        ("әкім", "әкімдіктің қаулысы"),
        ("аудан", "шағын ауданның тұрғындары"),
        ("Constitution", "конституциялық заң"),
        ("калай", "қаланың бюджеті"),
    ],
)
def test_names_that_share_a_word_are_kept_apart(query: str, record: str) -> None:
    assert not finds(query, record)


@pytest.mark.parametrize(
    ("query", "record", "language"),
    [
        ("маслихат", "Мәслихаттардың сессиясы", "kk"),
        ("maslikhat", "Мәслихатқа сайлау", "kk"),
        ("мәслихаттың", "Решение маслихатов", "ru"),
        ("ЖӨӨБ", "закон о местном самоуправлении", "ru"),
        ("самоуправление", "өзін-өзі басқаруды дамыту", "kk"),
        ("сходы местного сообщества", "жергілікті қоғамдастық жиындарында", "kk"),
        ("local community gathering", "о сходе местного сообщества", "ru"),
        ("акима", "әкімдердің есебі", "kk"),
        ("mazhilis", "Мәжілістің отырысы", "kk"),
        ("bap", "39-бабы", "kk"),
    ],
)
def test_languages_and_alphabets_find_each_other(query: str, record: str, language: str) -> None:
    assert finds(query, record, language)


KEYS = {from_layout(key): key for key in string.ascii_lowercase + string.digits + "[]\\;',./`-="}
_LATIN = "a ä b v g ğ d e io j z i i k q l m n ñ o ö p r s t u ū ü f h h ts ch ş şş y ı e iu ia"
_ASCII = "a g zh n o u u sh sh y i"
LATIN = dict(zip("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщыіэюя", _LATIN.split(), strict=True))
LATIN |= {"ъ": "", "ь": ""}
ASCII = LATIN | dict(zip("әғжңөұүшщыі", _ASCII.split(), strict=True))
TYPED = {"layout": KEYS, "Latin of 2021": LATIN, "ASCII": ASCII}


@pytest.mark.parametrize("how", TYPED)
def test_a_term_in_any_form_is_found_in_latin_letters_and_on_the_wrong_layout(how: str) -> None:
    kazakh = [(term, form) for term, _, _ in TERMS for form in FORMS]
    records = [
        SearchDocument("note", at, 1, {"kk": Text(f"Бүгін {inflect(*one)} хабарланды")})
        for at, one in enumerate(kazakh)
    ]
    read = [streams_of(record, CONCEPTS) for record in records]
    tally = Tally()
    for streams in read:
        tally.add(streams.spelled, streams.grams)
    known = Vocabulary(tally)
    missed = []
    for (term, form), record, streams in zip(kazakh, records, read, strict=True):
        other = inflect(term, FORMS[(FORMS.index(form) + 3) % len(FORMS)]).lower()
        typed = "".join(TYPED[how].get(letter, letter) for letter in other)
        if not matches(plan_of(Query.parse(typed), CONCEPTS, known), record, streams):
            missed.append(f"{typed} ({other})")
    assert not missed
