"""Entries that became the double of a decision go to the record that is kept."""

from __future__ import annotations

import pytest

from monitoring.decisions.merging import merge_decisions, unmerge_decisions
from monitoring.intake.services import merge_candidate
from tests.factories.evidence import candidate
from tests.factories.record import make_decision

pytestmark = pytest.mark.django_db


def test_an_entry_goes_with_its_decision_and_comes_back() -> None:
    kept, gone, entry = make_decision(number="7"), make_decision(number="8"), candidate()
    merge_candidate(candidate=entry, decision=gone, by=None)
    merge = merge_decisions(kept=kept, gone=gone, by=None)
    assert list(kept.candidates.all()) == [entry]
    unmerge_decisions(merge=merge, by=None)
    assert list(gone.candidates.all()) == [entry]
    assert not kept.candidates.exists()
