"""Ten drafts that matter among thousands that do not: the analyst sees them first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitoring.intake.relevance import Text
from tests.bench.bench_relevance import measure, seeded
from tests.intake.drafts import MARK, TEN, drafts

THRESHOLD = 40


@pytest.mark.parametrize("seed", [148, 149, 150, 151])
def test_the_ten_that_matter_stand_first_and_nothing_false_beside_them(seed: int) -> None:
    found = measure(1500, seed)
    assert found.among_first(50) == TEN
    assert found.above(THRESHOLD) == (TEN, 0)


def test_a_preamble_that_names_the_main_law_makes_nothing_matter() -> None:
    scorer = seeded()
    everyday = [one for one in drafts(300) if not one.matters and "сообществ" not in one.title]
    assert all("148-II" in one.summary and MARK in one.summary for one in everyday)
    assert all(scorer.score(Text(one.title, one.summary)).points <= 15 for one in everyday)


OF_NO_MATTER = {
    "G25SE00295M", "G22VT00016M", "V18LF006643", "V11SK000214", "V20BR008304", "Z070000254_",
}  # fmt: skip
"""Of twenty real acts on self-government those that are budgets, an office, the Constitution."""


def test_real_acts_on_self_government_reach_the_threshold(shared: Path) -> None:
    scorer = seeded()
    lines = (shared / "samples/maslikhat/adilet_page_excerpts.jsonl").read_text().splitlines()
    low = {
        str(act["doc_id"])
        for act in map(json.loads, lines)
        if scorer.score(Text(act["title"], act["text"])).points < THRESHOLD
    }
    assert low == OF_NO_MATTER
