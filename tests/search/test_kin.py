"""Other writings of a name find it too; initials say nothing beside a name."""

from __future__ import annotations

import pytest

from monitoring.search.analysis import Tally, Vocabulary
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.plans import matches, plan_of
from monitoring.search.query import Query
from monitoring.search.streams import Streams, streams_of
from monitoring.search.synonyms import concepts_of

TEXTS = ["Абай Құнанбайұлының өлеңі", "Хантәңірі шыңы", "Ахмет Байтұрсынов мұрасы", "Ш. деген әріп"]


def indexed() -> tuple[Vocabulary, list[tuple[SearchDocument, Streams]]]:
    tally, rows = Tally(), []
    for number, text in enumerate(TEXTS):
        document = SearchDocument("note", number, 1, {"kk": Text(text)})
        streams = streams_of(document, concepts_of([]))
        tally.add(streams.spelled, streams.grams)
        rows.append((document, streams))
    return Vocabulary(tally), rows


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Құнанбаевтың", [0]),
        ("Құнанбайұлына", [0]),
        ("Құнанбаев", [0]),
        ("Хан Тәңірі", [1]),
        ("Байтұрсынұлы", [2]),
        ("Ш. Байтұрсынов", [2]),  # the initial alone finds nothing
        ("Ш.", [3]),  # but does when nothing else is asked
        ("Қажымұқанов", []),
    ],
)
def test_a_name_is_found_in_its_other_writings(asked: str, found: list[int]) -> None:
    vocabulary, rows = indexed()
    plan = plan_of(Query.parse(asked), vocabulary=vocabulary)
    assert [one.id for one, streams in rows if matches(plan, one, streams)] == found


def test_a_phrase_asks_for_the_very_words() -> None:
    vocabulary, rows = indexed()
    plan = plan_of(Query.parse('"Абай Құнанбаев"'), vocabulary=vocabulary)
    assert not any(matches(plan, one, streams) for one, streams in rows)
