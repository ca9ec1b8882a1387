"""Of a law of hundreds of pages every word is found, weighed with measure and shown in place."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from monitoring.decisions.models import TextVersion
from monitoring.decisions.search import queryset
from monitoring.decisions.versions import add_text_version, withdraw_text_version
from monitoring.search import indexing, kinds
from monitoring.search.analysis import NO_CONCEPTS, Tally, Vocabulary, analyse
from monitoring.search.backends.base import Entry
from monitoring.search.backends.embedded import EmbeddedBackend
from monitoring.search.documents import HEAD, MOST, SearchDocument, Text
from monitoring.search.highlights import found_in
from monitoring.search.matching import match
from monitoring.search.models import Stretch
from monitoring.search.plans import matches, plan_of
from monitoring.search.query import Query
from monitoring.search.selectors import search
from monitoring.search.semantic.windows import windows_of
from monitoring.search.streams import OVERLAP, streams_of
from monitoring.search.stretches import best_stretches, cut, write_stretches
from tests.factories.record import make_decision

SENTENCE = "Орган ведёт учёт расходов и отвечает перед советом области за сроки."


def law(articles: int, last: str = "") -> str:
    """A law in lines: an article, a paragraph; the last paragraph says `last`."""
    lines = ["Закон о порядке учёта"]
    for number in range(1, articles + 1):
        lines += [f"Статья {number}. Порядок", f"1. {SENTENCE} " * 3 + f"Пункт {number}."]
    return "\n".join([*lines, f"2. {last}"] if last else lines)


def one(body: str, pk: int = 1, title: str = "Закон", language: str = "ru") -> SearchDocument:
    return SearchDocument("law", pk, 1, {language: Text(title, body)})


def found(text: str, document: SearchDocument) -> bool:
    plan = plan_of(Query.parse(text))
    return matches(plan, document, streams_of(document, NO_CONCEPTS))


def test_every_word_and_phrase_of_a_long_text_is_found() -> None:
    document = one(law(400, "Лицензия пчеловода выдаётся бесплатно."))
    assert len(document.texts["ru"].body) > 2 * HEAD
    for text in ("пчеловод", '"лицензия пчеловода"', '"за сроки"', '"статья 399"'):
        assert found(text, document), text
    for text in ('"пчеловода лицензия"', "пасека", 'закон -"лицензия пчеловода"'):
        assert not found(text, document), text


def test_a_phrase_is_found_wherever_the_beginning_ends() -> None:
    words = [
        f"слово{chr(1072 + number % 30)}{chr(1072 + number // 30 % 30)}" for number in range(900)
    ]
    filler = "мир " * (HEAD // 4 - 1_000)
    document = one(f"{filler}{' '.join(words)} {'тень ' * 200}")
    streams = streams_of(document, NO_CONCEPTS)
    assert len(streams.deep) < len(streams.positions) + 800 + OVERLAP
    for at in range(0, 890, 7):
        assert found(f'"{" ".join(words[at : at + 6])}"', document), at


def test_a_short_text_is_kept_as_it_was() -> None:
    streams = streams_of(one("Слово. " * 4_000), NO_CONCEPTS)
    assert not streams.rest
    assert not streams.deep


def test_a_long_law_neither_buries_others_nor_is_buried(tmp_path: Path) -> None:
    engine = EmbeddedBackend(tmp_path)
    engine.create("one")
    small = [one(f"{SENTENCE} " * 20, pk) for pk in range(10, 40)]
    about = one("Пчеловод и его пасека. " + f"{SENTENCE} " * 10, 2)
    mention = one(f"{SENTENCE} " * 20 + "О пчеловоде сказано раз.", 3)
    deep = one(law(1_500, "Лицензия пчеловода выдаётся без платы за улей."), 1)
    entries = [
        Entry(each, streams_of(each, NO_CONCEPTS)) for each in (*small, about, mention, deep)
    ]
    engine.write("one", entries, [])
    tally = Tally()
    for each in entries:
        tally.add(each.streams.spelled, each.streams.grams)
    known = Vocabulary(tally)

    def order(text: str) -> list[str]:
        return [
            hit.key
            for hit in engine.search(
                "one", plan_of(Query.parse(text), NO_CONCEPTS, known), offset=0, limit=9
            ).hits
        ]

    assert order("пчеловод") == ["law:2", "law:3", "law:1"]
    assert order("лицензия сроки")[0] == "law:1"  # the short ones all say «сроки»
    assert order("улей пчеловод сроки")[:3] == ["law:2", "law:3", "law:1"]
    assert order('"лицензия пчеловода"') == ["law:1"]


def test_a_text_of_a_million_letters_is_weighed_in_bounds() -> None:
    document = one(law(4_500, "Пасека."))
    assert len(document.texts["ru"].body) > 1_000_000
    streams = streams_of(document, NO_CONCEPTS)
    assert len(streams.stems) + len(streams.rest) < 12_000
    assert len(streams.exact) < 6_000
    assert len(streams.grams) < 170_000
    assert sum(map(len, document.stored()["ru"])) < HEAD + 100
    assert len(windows_of(document.texts)) <= 400
    assert "пасека" in streams.spelled  # a word to be spelled right, though it stands there alone
    assert streams_of(one("а " * MOST), NO_CONCEPTS).stems


def test_each_language_of_a_long_record_is_embedded() -> None:
    texts = {
        code: Text("Title", "A sentence of some length stands here. " * 4_000)
        for code in ("kk", "ru")
    }
    assert {window.language for window in windows_of(texts)} == {"kk", "ru"}


def test_lines_of_a_stretch_keep_their_provisions() -> None:
    text = Text("", "a\n" + "б " * 4_000 + "\nв", marks=((1, "art_1", "1"), (2, "art_2", "2")))
    stretches = list(cut(text))
    assert " ".join(line for lines, _ in stretches for line in lines).split() == text.body.split()
    named = [marks.get(at) for lines, marks in stretches for at, _ in enumerate(lines)]
    assert named == [None, *[("art_1", "1")] * (len(named) - 2), ("art_2", "2")]


@pytest.mark.django_db
def test_the_best_stretch_of_a_million_letters_is_found_and_cut_quickly() -> None:
    document = one(law(4_500, "Лицензия пчеловода выдаётся бесплатно."))
    write_stretches([document], {"law": [1]}, NO_CONCEPTS)
    plan = plan_of(Query.parse("бесплатная лицензия пчеловода"))
    times = []
    for _ in range(3):
        begun = time.process_time()
        part = best_stretches([("law", 1)], plan)["law", 1]["ru"]
        language, excerpt, _line = found_in({"ru": ["Закон", part.text]}, plan, NO_CONCEPTS, "kk")
        times.append(time.process_time() - begun)
    assert (language, "<mark>пчеловода</mark>" in excerpt) == ("ru", True)
    assert min(times) < 0.06  # allows for a busy machine
    rows = set(Stretch.objects.values_list("pk", flat=True))
    write_stretches([document], {"law": [1]}, NO_CONCEPTS)
    assert set(Stretch.objects.values_list("pk", flat=True)) == rows  # nothing changed
    write_stretches([one("Короткий", 1)], {"law": [1]}, NO_CONCEPTS)
    assert not Stretch.objects.exists()


@pytest.mark.django_db
def test_the_article_of_a_long_law_is_named_and_linked(
    folder: Path, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    decision = make_decision(public=True)
    day = dt.date(2020, 1, 1)
    told: dict[str, Any] = {"language": "ru", "source": "https://zan.gov.kz/", "decision": decision}
    add_text_version(text=law(300, "Лицензия пасечника бессрочна."), valid_from=day, **told)
    newest = add_text_version(
        text=law(320, "Лицензия пчеловода бессрочна."), valid_from=dt.date(2021, 1, 1), **told
    )
    indexing.run()
    assert not search(Query.parse("пасечник"), "ru").hits  # an earlier wording
    (hit,) = search(Query.parse("пчеловод"), "ru").hits
    assert "<mark>пчеловода</mark>" in hit.excerpt
    assert hit.place is not None
    assert hit.place.label == "Статья 320, 2"
    assert hit.place.address.endswith("text/#art_320__para_2")
    kind = kinds.get("decision")
    assert kind is not None
    assert match({7: Query.parse("пчеловод")}, kinds.documents(kind, [decision.pk])) == {
        7: [("decision", decision.pk)]
    }
    with django_assert_max_num_queries(15):
        page = client.get("/kk/izdeu/?q=пчеловод").content.decode()
    assert re.search(r'lang="ru"[^>]*>.*<mark>пчеловода</mark>', page)
    assert "?text=ru#art_320__para_2" in page
    withdraw_text_version(version=newest, by=None)
    indexing.run()
    assert not search(Query.parse("пчеловод"), "ru").hits
    assert search(Query.parse("пасечник"), "ru").hits
    assert TextVersion.objects.count() == 3
    assert [len(row.text_versions.all()) for row in queryset()] == [1]


def test_the_analyser_keeps_up_with_long_texts() -> None:
    assert len(analyse(law(300), "ru").words) > 9_000
