"""The record as it is seeded."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from monitoring.core.models import SeedRecord
from monitoring.core.seeds import read
from monitoring.decisions.models import Decision
from monitoring.decisions.relations import add_relation, between, remove_relation
from monitoring.decisions.seeds import FOLDER
from monitoring.decisions.services import update_decision
from monitoring.institutions.models import Body, Event
from tests import kept
from tests.web.test_pages import address, text

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def seeded(rows_of_the_file: None) -> None:
    kept.seed()


def test_every_seeded_milestone_is_on_the_site_with_its_certainty(client: Client) -> None:
    rows = read(FOLDER / "decisions.json")
    assert Decision.objects.public().count() == len(rows) == 28
    assert Event.objects.count() == 14
    assert Body.objects.count() == 18
    for row in rows:
        decision = Decision.objects.get(key=row["key"])
        page = text(client, decision.address_in("kk"))
        assert f"verified-{row['verified']}" in page
        assert row["note"][:40] not in page or not row["note"]
        for alias in row["aliases"]:
            answer = client.get(address("decision_by_key", "kk", alias))
            assert answer["Location"] == decision.address_in("kk")
    conflicting = Decision.objects.get(key="constitution-amendments-1998")
    assert "CONFLICT" in conflicting.note
    assert "CONFLICT" not in text(client, conflicting.address_in("kk"))


def test_seeding_again_changes_nothing_and_leaves_a_persons_work_alone(capsys: Any) -> None:
    decision = Decision.objects.get(key="law-60-2021")
    update_decision(decision=decision, register_number="555")
    versions = dict(Decision.objects.values_list("pk", "updated_at"))
    capsys.readouterr()
    call_command("seed")
    said = capsys.readouterr().out
    assert "left alone, changed since: decisions.decision:law-60-2021" in said
    assert dict(Decision.objects.values_list("pk", "updated_at")) == versions
    decision.refresh_from_db()
    assert decision.register_number == "555"


def test_a_relation_carried_over_as_vague_becomes_what_the_seed_says_it_is(capsys: Any) -> None:
    law = Decision.objects.get(key="law-156-2022")
    target = Decision.objects.get(key="elections-law-1995")
    old = between(law, target)
    assert old
    assert old.kind == "amends"
    remove_relation(relation=old, announce=False)
    add_relation(subject=target, kind="related", target=law, announce=False)
    SeedRecord.objects.filter(key="decisions.relation:law-156-2022").delete()
    capsys.readouterr()
    call_command("seed")
    found = between(law, target)
    assert found
    assert (found.kind, found.subject) == ("amends", law)
    capsys.readouterr()
    call_command("seed")
    assert "written" not in capsys.readouterr().out
