"""Two records of one act made one, and taken apart again as they were."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.decisions import merging
from monitoring.decisions.merging import (
    conflicts,
    merge_decisions,
    seen_of,
    unmerge_decisions,
)
from monitoring.decisions.models import Decision, Edition, Merge
from monitoring.decisions.procedures import assign_procedure
from monitoring.decisions.publication import picture
from monitoring.decisions.relations import add_relation
from monitoring.decisions.services import add_stage_event
from monitoring.decisions.versions import versions_of, withdraw_text_version
from tests.decisions.test_procedures import make_procedure
from tests.decisions.test_versions import make_version
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


SOME = ("one", "two", "three")
DAYS = [dt.date(2030, 1, day) for day in (1, 2, 3)]
RECORDS = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["", "7", "8"]),
        "register_number": st.sampled_from(["", "55", "56"]),
        "bodies": st.sets(st.sampled_from(SOME)),
        "topics": st.sets(st.sampled_from(SOME)),
        "links": st.sets(st.sampled_from(["https://zan.example/1", "https://zan.example/2"])),
        "languages": st.sets(st.sampled_from(["kk", "ru", "en"]), min_size=1),
        "steps": st.lists(st.tuples(st.sampled_from(SOME), st.sampled_from(DAYS)), max_size=3),
        "deadlines": st.sets(st.sampled_from(DAYS)),
        "related": st.booleans(),
    }
)


def _record(name: str, drawn: dict[str, Any], third: Decision) -> Decision:
    decision = make_decision(
        number=drawn["number"],
        register_number=drawn["register_number"],
        bodies=[make_body(key) for key in sorted(drawn["bodies"])],
        topics=[make_topic(slug) for slug in sorted(drawn["topics"])],
        links=sorted(drawn["links"]),
        codes={"adilet": name},
        editions={one: {"title": f"{name} {one}"} for one in sorted(drawn["languages"])},
    )
    for stage, day in drawn["steps"]:
        add_stage_event(decision=decision, stage=make_stage(stage), date=day)
    for day in sorted(drawn["deadlines"]):
        make_deadline(decision, day)
    if drawn["related"]:
        add_relation(subject=third, kind="amends", target=decision)
    return decision


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(mine=RECORDS, theirs=RECORDS, choice=st.sets(st.sampled_from(merging.FACTS)))
def test_whatever_two_records_hold_taking_them_apart_undoes_merging_them(
    mine: dict[str, Any], theirs: dict[str, Any], choice: set[str]
) -> None:
    with transaction.atomic():
        third = make_decision(number="3")
        kept, gone = _record("Z1", mine, third), _record("Z2", theirs, third)
        before = [facts(pk) for pk in (kept.pk, gone.pk, third.pk)]
        from_gone = sorted(choice & set(conflicts(kept, gone)))
        merge = merge_decisions(kept=kept, gone=gone, by=None, from_gone=from_gone)
        whole = facts(kept.pk)
        for name, has in (("editions", "languages"), ("deadlines", "deadlines")):
            assert len(whole[name]) == len(mine[has] | theirs[has])
        unmerge_decisions(merge=merge, by=None)
        assert [facts(pk) for pk in (kept.pk, gone.pk, third.pk)] == before
        transaction.set_rollback(True)


def test_words_of_the_act_and_its_procedure_go_along_and_come_back(client: Client) -> None:
    kept, gone = make_decision(number="7"), make_decision(number="8")
    mine = make_version(kept, "Статья 1. Своя")
    make_version(gone, "Статья 1. Чужая")
    later = dt.date(2014, 11, 7)
    make_version(gone, "Статья 1. Позже", valid_from=later)
    way = make_procedure("way", "introduced")
    assign_procedure(decision=gone, procedure=way, by=None)

    merge = merge_decisions(kept=kept, gone=gone, by=None)
    for name in ("decision_history", "decision_text", "text_compare", "text_table"):
        answer = client.get(reverse(name, args=[gone.pk]), {"text": "ru"})
        led = f"{reverse(name, args=[kept.pk])}?text=ru"
        assert (answer.status_code, answer["Location"]) == (301, led)
        assert client.get(led).status_code == 200
    assert client.get(reverse("text_languages", args=[kept.pk])).status_code == 404
    first, second = versions_of(kept).rows
    assert (first, second.valid_from) == (mine, later)
    assert [one.procedure for one in kept.procedures.all()] == [way]
    assert not gone.procedures.exists()

    unmerge_decisions(merge=merge, by=None)
    assert versions_of(kept).rows == (mine,)
    assert len(versions_of(gone).rows) == 2
    assert [one.procedure for one in gone.procedures.all()] == [way]
    assert not kept.procedures.exists()

    # The kept record's own way is not mixed with the double's; merged again, the text comes again.
    assign_procedure(decision=kept, procedure=make_procedure("own", "adopted"), by=None)
    again = merge_decisions(kept=kept, gone=gone, by=None)
    assert [one.procedure.key for one in kept.procedures.all()] == ["own"]
    withdraw_text_version(version=versions_of(kept).rows[1], by=None)
    corrected = make_version(kept, "Статья 1. Исправлено", valid_from=later)
    unmerge_decisions(merge=again, by=None)
    assert versions_of(kept).rows == (mine, corrected)


def test_what_changed_since_it_was_shown_is_not_merged_nor_taken_apart_below_a_third() -> None:
    kept, gone, third = (make_decision(number=number) for number in "789")
    seen = seen_of(kept, gone)
    make_version(gone)
    with pytest.raises(ValidationError) as refused:
        merge_decisions(kept=kept, gone=gone, by=None, seen=seen)
    assert set(refused.value.message_dict) == {"seen"}
    assert not Merge.objects.exists()
    fresh = seen_of(*(Decision.objects.get(pk=one.pk) for one in (kept, gone)))
    merge = merge_decisions(kept=kept, gone=gone, by=None, seen=fresh)
    merge_decisions(kept=third, gone=kept, by=None)
    with pytest.raises(ValidationError):
        unmerge_decisions(merge=merge, by=None)
    merge.refresh_from_db()
    assert merge.undone_at is None


def test_what_the_double_was_given_since_is_never_overwritten() -> None:
    kept = make_decision(number="7", editions={"kk": {"title": "Бірінші"}})
    gone = make_decision(number="8", editions={"ru": {"title": "Второй"}})
    merge = merge_decisions(kept=kept, gone=gone, by=None)
    Edition.objects.create(decision=gone, language="ru", title="Новый", live=False)
    with pytest.raises(ValidationError):
        unmerge_decisions(merge=merge, by=None)
    merge.refresh_from_db()
    assert merge.undone_at is None
    assert gone.editions.get().title == "Новый"
