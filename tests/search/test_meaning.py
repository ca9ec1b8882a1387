"""Ordering by meaning: windows, mixing, and what becomes of a search whose helper fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from monitoring.search import indexing
from monitoring.search.backends.base import Scored, key_of, place_of, record_number, record_of
from monitoring.search.documents import SearchDocument, Text
from monitoring.search.query import Query
from monitoring.search.selectors import search
from monitoring.search.semantic import process, site
from monitoring.search.semantic.mixing import mixed
from monitoring.search.semantic.process import HelperProcess, MeaningError
from monitoring.search.semantic.windows import WIDTH, cut, fingerprint, windows_of
from tests.factories.search import Notes, make_note


@given(st.text(max_size=60), st.text(max_size=2_000))
def test_windows_hold_every_letter_of_a_text_and_are_short(title: str, body: str) -> None:
    made = list(cut("", body))
    kept = "".join("".join(made).split())
    from monitoring.search.analysis import clean

    assert kept == "".join("".join(clean(line) for line in body.splitlines()).split())
    assert all(0 < len(one) <= WIDTH for one in made)
    assert all(len(one) <= WIDTH + 162 for one in cut(title, body))


def test_a_window_ends_with_a_sentence_and_begins_with_the_title() -> None:
    body = "Бірінші сөйлем осы. " * 20
    made = list(cut("Мәслихат шешімі", body))
    assert len(made) == 2
    assert all(one.startswith("Мәслихат шешімі. Бірінші") and one[-1] == "." for one in made)
    assert list(cut("Тек атау", "")) == ["Тек атау."]
    assert list(cut("", "")) == []


def test_a_fingerprint_follows_the_texts_and_the_model() -> None:
    one = windows_of({"kk": Text("Атау", "Мәтін."), "ru": Text("Название", "Текст.")})
    assert [window.language for window in one] == ["kk", "ru"]
    assert fingerprint(one) == fingerprint(
        windows_of({"kk": Text("Атау", "Мәтін."), "ru": Text("Название", "Текст.")})
    )
    assert fingerprint(one) != fingerprint(windows_of({"kk": Text("Атау", "Мәтін!")}))
    assert fingerprint(one) != fingerprint(one, "another model")


def hits(*scores: float) -> list[Scored]:
    return [Scored(score, place, None) for place, score in enumerate(scores)]


def places(found: list[Scored]) -> list[int]:
    return [one.place for one in found]


def test_meaning_outweighs_words_by_two_to_one() -> None:
    assert places(mixed(hits(10, 5, 1), [0.1, 0.1, 0.6])) == [2, 0, 1]
    assert places(mixed(hits(10, 5, 1), [0.3, 0.3, 0.3])) == [0, 1, 2]
    assert mixed([], []) == []
    assert places(mixed(hits(0, 0), [0.1, 0.2])) == [1, 0]


@given(st.lists(st.tuples(st.floats(0, 50), st.none() | st.floats(-1, 1)), max_size=30))
def test_a_hit_without_vectors_keeps_its_place_and_nothing_is_lost(
    rows: list[tuple[float, float | None]],
) -> None:
    best = hits(*sorted((score for score, _ in rows), reverse=True))
    cosines = [cosine for _, cosine in rows]
    made = places(mixed(best, cosines))
    assert sorted(made) == places(best)
    assert all(made[at] == at for at, cosine in enumerate(cosines) if cosine is None)


def test_a_record_is_named_by_its_place_whatever_its_date() -> None:
    import datetime as dt

    old = SearchDocument("law", 12, 1, {}, date=dt.date(1995, 1, 1))
    new = SearchDocument("law", 12, 2, {})
    number = record_number("law", 12)
    assert record_of(place_of(old)) == record_of(place_of(new)) == number
    assert key_of(number, ["news", "law"]) == "law:12"
    assert key_of(number, ["news"]) == ""


class Reading:
    """A helper that finds a record near by a letter, or fails; for the ways of the answers."""

    def __init__(self) -> None:
        self.fails = False
        self.asked: list[dict[str, Any]] = []
        self.cosines: dict[int, float] = {}
        self.nearest: list[list[Any]] = []

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        self.asked.append(request)
        if self.fails:
            raise MeaningError("broken on purpose")
        near = [self.cosines.get(one) for one in request["records"]]
        return {
            "near": [None if one is None else [one, "kk"] for one in near],
            "nearest": self.nearest[: request["nearest"]],
        }


@pytest.fixture
def helper(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Reading:
    settings.SEARCH_SEMANTIC = True
    made = Reading()
    monkeypatch.setattr(site, "readers_helper", lambda: made)
    return made


def found(text: str, language: str = "kk", **options: Any) -> list[int]:
    return [hit.id for hit in search(Query.parse(text), language, **options).hits]


def test_what_is_near_comes_first_and_pages_counts_and_facets_stay(
    helper: Reading, notes: Notes
) -> None:
    made = [make_note(f"Бюджет {number}", senate=number % 2 == 0) for number in range(6)]
    indexing.run()
    helper.fails = True
    usual = search(Query.parse("бюджет"), "kk", size=3)
    helper.fails = False
    helper.cosines = {record_number("note", row.pk): n / 10 for n, row in enumerate(made)}
    first = search(Query.parse("бюджет"), "kk", 1, 3)
    wanted = [row.pk for row in reversed(made)]
    assert [hit.id for hit in first.hits] == wanted[:3]
    assert found("бюджет", page=2, size=3) == wanted[3:]
    assert (first.total, first.pages, first.facets) == (usual.total, usual.pages, usual.facets)
    assert found("бюджет body:senate")[0] == made[4].pk
    assert search(Query(text="бюджет", sort="date"), "kk").hits[0].id == made[5].pk


@pytest.mark.parametrize("typed", ["148-II", "39-1", "V16UL003811", "№ 148-II заң"])
def test_who_types_a_number_is_not_given_the_like_of_it(
    helper: Reading, notes: Notes, typed: str
) -> None:
    make_note("Заң", "148-II 39-1 V16UL003811")
    indexing.run()
    assert len(found(typed)) == 1
    assert not helper.asked


def test_the_helper_is_asked_in_the_right_spelling_with_its_question_mark(
    helper: Reading, notes: Notes
) -> None:
    make_note("Мәслихат отырысы қашан өтеді", "Мәслихат отырысы")
    indexing.run()
    found('"Маслихат" отырысы кашан? -аким')
    assert helper.asked[0]["text"] == "Мәслихат отырысы қашан?"


def test_a_question_in_one_language_is_answered_by_a_text_in_another(
    helper: Reading, notes: Notes, client: Client
) -> None:
    make_note(ru="Дороги района")
    kazakh = make_note("Сайлау күні", "Депутаттар сайлауы желтоқсанда өтеді", senate=True)
    notes.hidden.add(make_note("Жасырын").pk)
    indexing.run()
    number = record_number("note", kazakh.pk)
    hidden = record_number("note", next(iter(notes.hidden)))
    helper.nearest = [[hidden, 0.9, "kk"], [number, 0.6, "kk"], [record_number("x", 3), 0.9, "ru"]]
    results = search(Query.parse("когда выборы"), "ru")
    assert (results.total, [one.id for one in results.near]) == (0, [kazakh.pk])
    assert results.near[0].excerpt_language == "kk"
    html = client.get("/ru/poisk/", {"q": "когда выборы"}).content.decode()
    assert "Близко по смыслу" in html
    assert "Найдено в казахском тексте" in html
    assert search(Query.parse("когда выборы body:senate"), "ru").near
    assert not search(Query.parse("когда выборы body:president"), "ru").near
    assert not search(Query.parse('"когда выборы"'), "ru").near  # the very words
    helper.nearest = [[number, 0.1, "kk"]]
    assert not search(Query.parse("когда выборы"), "ru").near  # too far


def test_a_search_goes_on_when_the_helper_fails(helper: Reading, notes: Notes) -> None:
    row = make_note("Бюджет")
    indexing.run()
    helper.fails = True
    assert found("бюджет") == [row.pk]
    assert len(helper.asked) == 1  # not asked twice for one page


def test_nobody_is_asked_while_the_extra_is_off(
    helper: Reading, notes: Notes, settings: Settings
) -> None:
    settings.SEARCH_SEMANTIC = False
    make_note("Бюджет")
    indexing.run()
    assert found("бюджет")
    assert not helper.asked


# -- the helper as a process: stand-ins that answer, hang, die or talk nonsense --------


SPEAKS = """
import sys, json, time
print(json.dumps({"id": 0, "ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    WHAT
    print(json.dumps({"id": asked["id"], "said": asked["do"]}), flush=True)
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Starts a helper whose program is SPEAKS with WHAT replaced."""
    made: list[HelperProcess] = []
    start = subprocess.Popen

    def speak(what: str = "pass", before: str = "") -> HelperProcess:
        program = before + SPEAKS.replace("WHAT", what)
        monkeypatch.setattr(
            subprocess,
            "Popen",
            lambda _command, **options: start([sys.executable, "-c", program], **options),
        )
        made.append(HelperProcess())
        return made[-1]

    yield speak
    for one in made:
        one.close()


def test_a_helper_answers_and_is_told_no_secret(script: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("SECRET_KEY", "the key")
    helper = script("import os; asked['do'] = sorted(os.environ)")
    said = helper.ask({"do": "x"}, 20)["said"]
    assert "PATH" in said
    assert not [name for name in said if "SECRET" in name or "DATABASE" in name]


def test_who_is_not_answered_in_time_goes_on_and_the_late_answer_is_nobodys(script: Any) -> None:
    helper = script("time.sleep(0.5 if asked['do'] == 'slow' else 0)")
    assert helper.ask({"do": "first"}, 20)["said"] == "first"
    began = time.monotonic()
    with pytest.raises(MeaningError):
        helper.ask({"do": "slow"}, 0.1)
    assert time.monotonic() - began < 0.4
    assert helper.ask({"do": "next"}, 20)["said"] == "next"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV])
def test_a_helper_that_is_killed_or_frozen_is_replaced(
    script: Any, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    monkeypatch.setattr(process, "PAUSE", 0.2)
    monkeypatch.setattr(process, "STUCK", 0.3)
    helper = script()
    helper.ask({"do": "x"}, 20)
    first = helper.pid
    os.kill(first, how)
    until = time.monotonic() + 20
    failed = 0
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            if helper.ask({"do": "again"}, 0.2)["said"] == "again":
                break
        except MeaningError:
            failed += 1
            assert time.monotonic() - began < 2
            time.sleep(0.05)
    assert failed
    assert helper.pid not in (None, first)


def test_nonsense_and_a_helper_that_cannot_start_are_errors_and_not_tried_at_once(
    script: Any,
) -> None:
    for helper in (
        script("print('[]', flush=True)"),
        script(before="import sys; print('{'); sys.exit()\n"),
        script(before="import json\nprint(json.dumps({'id': 0, 'error': 'no model'})); exit()\n"),
    ):
        with pytest.raises(MeaningError):
            helper.ask({"do": "x"}, 20)
        with pytest.raises(MeaningError, match="a moment ago"):
            helper.ask({"do": "x"}, 20)
