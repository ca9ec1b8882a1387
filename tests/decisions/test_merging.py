"""Two records of one act made one, and taken apart again as they were."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from monitoring.decisions import merging
from monitoring.decisions.merging import conflicts, merge_decisions, unmerge_decisions
from monitoring.decisions.models import Decision
from monitoring.decisions.publication import picture
from monitoring.decisions.relations import add_relation
from monitoring.decisions.services import add_stage_event
from tests.factories.record import (
    make_body,
    make_deadline,
    make_decision,
    make_stage,
    make_topic,
)

pytestmark = pytest.mark.django_db


def facts(pk: int) -> dict[str, Any]:
    """What a reader sees, without the ids of steps: they are copied."""
    shown = picture(Decision.objects.get(pk=pk))
    shown["stages"] = [{k: v for k, v in one.items() if k != "id"} for one in shown["stages"]]
    decision = Decision.objects.get(pk=pk)
    shown["sources"] = list(decision.field_sources.order_by("pk").values_list("field", "value"))
    return shown


def test_merged_and_taken_apart_again_both_are_as_they_were(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(merging, "_above", {})
    merging.register(
        "above",
        lambda kept, gone: [kept, gone],
        lambda *given: told.append(given[2]),
    )
    kept = make_decision("Бірінші", number="7", bodies=[make_body()], codes={"adilet": "Z1"})
    third = make_decision("Үшінші", number="3")
    gone = make_decision(
        "Екінші",
        number="8",
        register_number="55",
        topics=[make_topic()],
        codes={"zan": "9"},
        links=["https://zan.gov.kz/9"],
        editions={"kk": {"title": "Екінші"}, "ru": {"title": "Второй"}},
        key="the-double",
    )
    add_stage_event(decision=gone, stage=make_stage(), date=dt.date(2024, 5, 31))
    make_deadline(gone, dt.date(2030, 1, 1))
    add_relation(subject=third, kind="amends", target=gone)
    before = facts(kept.pk), facts(gone.pk)
    assert set(conflicts(kept, gone)) == {"adoption_number"}

    merge = merge_decisions(kept=kept, gone=gone, by=None, from_gone=["adoption_number"])
    kept.refresh_from_db()
    assert (kept.adoption_number, kept.register_number) == ("8", "55")
    shown = facts(kept.pk)
    assert shown["codes"] == ["adilet Z1", "zan 9"]
    assert set(shown["editions"]) == {"kk", "ru"}
    assert shown["editions"]["kk"]["short_title"] == "Бірінші"
    assert len(shown["deadlines"]) == len(shown["stages"]) == len(shown["relations"]) == 1
    for language in ("kk", "ru", "en"):
        answer = client.get(gone.address_in(language))
        assert (answer.status_code, answer["Location"]) == (301, kept.address_in(language))
    assert client.get("/kk/zandar/k/the-double/")["Location"] == kept.address_in("kk")
    assert not Decision.objects.public().filter(pk=gone.pk).exists()

    unmerge_decisions(merge=merge, by=None)
    assert (facts(kept.pk), facts(gone.pk)) == before
    assert client.get(gone.address_in("kk")).status_code == 200
    assert told == [[kept.pk, gone.pk]]
