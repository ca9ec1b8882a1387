"""The right spelling of a query: without Kazakh letters, in Latin, on the wrong keyboard."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from monitoring.search import indexing, kinds
from monitoring.search.analysis import (
    NO_VOCABULARY,
    Tally,
    Vocabulary,
    clean,
    did_you_mean,
    nearest_spellings,
    pack,
    right_spelling,
)
from monitoring.search.analysis.grams import IDS, Packed, gram_letters
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.matching import match
from monitoring.search.query import Query
from monitoring.search.selectors import search
from monitoring.search.streams import streams_of
from monitoring.search.synonyms import concepts_of
from tests.factories.search import Notes, make_note

TEXTS = [
    "Мәслихаттың сессиясында жергілікті бюджет туралы шешім қабылданды",
    "Өскемен қаласының көшелерін жөндеу 1991 жылы басталды",
    "Қазақстан халқының салт-дәстүрі мен өнері, өнер мектебі",
    "Президент Жарлығы 2013 жылғы желтоқсанның 3-інде",
    "The committee published a report on budgets",
    "Кара" + ", қара тас" * 11,
    "Ахмет Байтұрсынұлы мұрасы ұлттық құндылық",
]


def made(texts: list[str]) -> Vocabulary:
    tally = Tally()
    for number, text in enumerate(texts):
        document = SearchDocument("note", number, 1, {"kk": Text(text)})
        streams = streams_of(document, concepts_of([]))
        tally.add(streams.spelled, streams.grams)
    return Vocabulary(Tally.load(tally.dump()))


WORDS = made(TEXTS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("жергиликти бюджет", "жергілікті бюджет"),
        ("маслихаттын сессиясында", "мәслихаттың сессиясында"),
        ("zhergilikti byudzhet", "жергілікті бюджет"),
        ("jergılıktı şeşım", "жергілікті шешім"),  # the alphabet of 2021
        ("jergilikti sheshim", "жергілікті шешім"),
        ("qazaqstan halqynyń óneri", "қазақстан халқының өнері"),  # of 2018
        (";thu3k3rn3 ,.l;tn", "жергілікті бюджет"),
        ("-crtvty 0fkfcsys4", "өскемен қаласының"),
        ("1991 ;sks", "1991 жылы"),
        ("3-3ylt ;tknj0cfyys4", "3-інде желтоқсанның"),
        ("f[vtn ,fqn9hcsy9ks", "ахмет байтұрсынұлы"),
        ("The committee report", "The committee report"),
        ("жергілікті", "жергілікті"),
        ("Жергиликти", "Жергілікті"),
        ("кара", "қара"),  # one in twelve: under a tenth
        ("№ 148-II V16UL003811", "№ 148-II V16UL003811"),
        ("мүлдембелгісіз", "мүлдембелгісіз"),
        ('"жергиликти бюджет" -маслихаттын', '"жергілікті бюджет" -мәслихаттың'),
    ],
)
def test_a_query_is_brought_to_the_spelling_of_the_documents(typed: str, meant: str) -> None:
    assert right_spelling(typed, WORDS).text == meant


def test_a_form_that_no_document_holds_gets_the_spelling_of_its_stem() -> None:
    assert (
        right_spelling("жергиликтиге маслихаттардын", WORDS).text == "жергіліктіге мәслихаттардың"
    )


def test_what_was_typed_well_asks_no_question_and_the_nearest_words_are_offered() -> None:
    assert did_you_mean("жергілікті бюджет", WORDS) == ""
    assert did_you_mean("жергиликти бюджет", WORDS) == "жергілікті бюджет"
    assert nearest_spellings("жергілктіі", WORDS)[0] == "жергілікті"
    assert len(nearest_spellings("қаласы", WORDS)) <= 3
    assert nearest_spellings("жж", WORDS) == []
    assert nearest_spellings("comitee", WORDS) == ["committee"]


@given(st.text(max_size=60))
def test_no_text_breaks_spelling(text: str) -> None:
    assert isinstance(right_spelling(text, WORDS).text, str)
    assert not right_spelling(text, NO_VOCABULARY).changed or clean(text) != text
    assert len(nearest_spellings(text, WORDS)) <= 3


@given(st.lists(st.text(max_size=12), max_size=20))
def test_packed_grams_count_what_was_packed(words: list[str]) -> None:
    packed = Packed(pack(words))
    flat = [one for word in words for one in gram_letters(word)]
    assert packed.length == len(flat)
    assert all(packed.count(one) == min(flat.count(one), 255) for one in flat)
    assert packed.count(chr(IDS - 1)) == flat.count(chr(IDS - 1))


def test_counts_of_parts_add_up() -> None:
    whole, parts = Tally(), Tally()
    for half in (TEXTS[:3], TEXTS[3:]):
        part = Tally()
        for text in half:
            streams = streams_of(SearchDocument("n", 1, 1, {"kk": Text(text)}), concepts_of([]))
            for tally in (part, whole):
                tally.add(streams.spelled, streams.grams)
        parts.merge(Tally.load(part.dump()))
    assert parts.words == whole.words
    assert parts.grams == whole.grams
    assert (parts.documents, parts.length) == (whole.documents, whole.length)


def test_a_query_on_the_wrong_layout_finds_on_the_page_and_when_it_is_stored(
    notes: Notes, client: Client
) -> None:
    note = make_note("Мәслихаттың сессиясы", "Жергілікті бюджетті бекітті")
    make_note("Жергілікті бюджет жобасы", "Жергілікті")
    indexing.run()
    query = Query.parse("v2ckb[fnns4")
    found = search(query, "kk")
    assert [hit.id for hit in found.hits] == [note.pk]
    assert found.understood == "мәслихаттың"
    assert search(query, "kk", as_typed=True).total == 0
    kind = kinds.get("note")
    assert kind is not None
    assert match({1: query}, kinds.documents(kind)) == {1: [("note", note.pk)]}
    page = client.get("/kk/izdeu/", {"q": "v2ckb[fnns4"}).content.decode()
    assert "«мәслихаттың» деп ізделді." in page
    assert "typed=1" in page
