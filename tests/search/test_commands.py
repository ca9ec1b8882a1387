"""The analyser without Django, and the commands by which it is measured from outside."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.search.analysis import Tally, Vocabulary, pack
from monitoring.search.plans import plan_of
from monitoring.search.query import Query

WITHOUT_DJANGO = """
import sys
from importlib.abc import MetaPathFinder
class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "tantivy", "elasticsearch", "wagtail"}:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
from monitoring.search.analysis import analyse
print(analyse("Жергілікті бюджеттің шешімі", "kk").stems)
"""


def test_the_analyser_needs_neither_django_nor_an_engine() -> None:
    asked = [sys.executable, "-X", "utf8", "-c", WITHOUT_DJANGO]
    said = subprocess.run(asked, capture_output=True, text=True, encoding="utf-8", check=True)
    assert said.stdout.strip() == "((0, 'жергиликти'), (1, 'биуджет'), (2, 'шешим'))"


def test_search_stem_answers_every_form_once_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = "мәслихаттың\tмәслихат\t3\r\n\nъ\nжазылды\n日本\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    out = io.StringIO()
    call_command("search_stem", stdout=out)
    rows = [line.split("\t") for line in out.getvalue().splitlines()]
    assert [form for form, _ in rows] == ["мәслихаттың", "ъ", "жазылды", "日本"]
    assert [stem for _, stem in rows][::2] == ["маслихат", "жаз"]
    assert all(stem for _, stem in rows)


@pytest.mark.parametrize("packed", [False, True])
def test_search_bench_writes_a_run_whatever_else_the_files_hold(
    tmp_path: Path, *, packed: bool
) -> None:
    passages = [
        {"docid": "a-1", "title": "Бюджет", "text": "Жергілікті бюджет туралы", "source": "x"},
        {"docid": 2, "title": None, "text": "Мәслихаттың сессиясы"},
        {"docid": "empty"},
    ]
    corpus = "\n".join([json.dumps(one, ensure_ascii=False) + "\n" for one in passages])
    questions = "\ufeffq1\tжергиликти бюджет\tmore\r\n\nq2\tv2ckb[fnns4\nq3\t\nq4\n"
    end = ".gz" if packed else ""
    for name, text in (("corpus.jsonl", corpus), ("queries.tsv", questions)):
        made = text.encode()
        (tmp_path / f"{name}{end}").write_bytes(gzip.compress(made) if packed else made)
    run = tmp_path / "run.tsv"
    call_command(
        "search_bench",
        str(run),
        corpus=tmp_path / f"corpus.jsonl{end}",
        queries=tmp_path / f"queries.tsv{end}",
        stdout=io.StringIO(),
    )
    rows = [line.split("\t") for line in run.read_text(encoding="utf-8").splitlines()]
    assert [row[:3] for row in rows] == [["q1", "a-1", "1"], ["q2", "2", "1"]]
    assert all(float(row[3]) > 0 for row in rows)


def test_search_bench_names_a_line_that_is_no_passage(tmp_path: Path) -> None:
    (tmp_path / "c").write_text('{"text": "a"}\n', encoding="utf-8")
    (tmp_path / "q").write_text("1\ta\n", encoding="utf-8")
    with pytest.raises(CommandError, match="without docid"):
        call_command(
            "search_bench", str(tmp_path / "r"), corpus=tmp_path / "c", queries=tmp_path / "q"
        )


def _known() -> Vocabulary:
    tally = Tally()
    tally.add(["жергілікті", "бюджет", "хан", "тәңірі"], pack(["жергиликти", "биуджет"]))
    return Vocabulary(tally)


KNOWN = _known()
PIECES = st.sampled_from(['"', "-", ":", "kind:", "[;'", "бюджет", "zh", "1-", "\x00", "Құнанбаев"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, st.characters()), max_size=40), st.integers(1, 300))
def test_no_query_however_long_makes_a_plan_without_bounds(parts: list[str], times: int) -> None:
    started = time.process_time()
    plan = plan_of(Query.parse("".join(parts) * times), vocabulary=KNOWN)
    assert time.process_time() - started < 3  # 40 ms on a quiet machine
    leaves = (*plan.required, *plan.optional, *plan.excluded)
    assert len(leaves) <= 1_000
    assert all(len(leaf.runs) <= 32 for leaf in leaves)
