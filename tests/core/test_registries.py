"""Sweeps, health, sections, roles and seeds: what rooms register is what is done."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from monitoring.core import clock, health, permissions, sections, seeds, sweeps
from monitoring.core.models import LANGUAGES, Heartbeat, SeedRecord
from monitoring.vocabulary.models import Status


@pytest.fixture(autouse=True)
def own_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "_sweeps", dict(sweeps._sweeps))
    monkeypatch.setattr(health, "_checks", dict(health._checks))


def test_a_sweep_runs_by_hand_and_says_how_many_rows_it_did() -> None:
    sweeps.register("test.counting", 60, lambda: 7)
    out = StringIO()
    call_command("sweep", "test.counting", stdout=out)
    assert out.getvalue() == "test.counting: 7\n"


def test_an_unknown_sweep_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(CommandError, match=r"unknown sweep nobody; there are: .*core\.heartbeat"):
        call_command("sweep", "nobody")


@pytest.mark.django_db
def test_one_broken_sweep_does_not_keep_the_others_from_running() -> None:
    def broken() -> int:
        raise RuntimeError("broken on purpose")

    sweeps._sweeps.clear()
    sweeps.register("test.broken", 60, broken)
    sweeps.register("test.whole", 60, lambda: 1)
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match=r"failed: test\.broken"):
        call_command("sweep", stdout=out, stderr=err)
    assert "test.whole: 1" in out.getvalue()
    assert "broken on purpose" in err.getvalue()


def test_a_sweep_name_is_used_once() -> None:
    sweeps.register("test.twice", 60, lambda: 1)
    with pytest.raises(ValueError, match="registered twice"):
        sweeps.register("test.twice", 60, lambda: 2)


@pytest.mark.django_db
def test_a_doorbell_that_cannot_ring_harms_nobody(
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from celery import current_app

    settings.DOORBELLS = True
    # Nobody listens on the discard port of this machine.
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:9/0")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:9/0")
    current_app.amqp.__dict__.pop("_producer_pool", None)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        sweeps.ring("core.heartbeat")
    assert "did not ring" in caplog.text


@pytest.mark.django_db
def test_a_rollback_rings_no_bell(
    settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.DOORBELLS = True
    with django_capture_on_commit_callbacks() as bells:
        try:
            with transaction.atomic():
                sweeps.ring("core.heartbeat")
                raise RuntimeError
        except RuntimeError:
            pass
    assert bells == []


@pytest.mark.django_db
def test_readyz_names_each_part_and_is_503_while_the_worker_has_not_worked(client: Client) -> None:
    answer = client.get("/readyz")
    parts = json.loads(answer.content)["parts"]
    assert answer.status_code == 503
    assert {"database", "broker", "worker"} <= set(parts)
    assert parts["database"]["ok"] is True
    assert parts["worker"] == {"ok": False, "detail": "has not worked yet"}


@pytest.mark.django_db
def test_the_worker_counts_as_deaf_after_three_minutes_without_progress(
    client: Client,
) -> None:
    call_command("sweep", "core.heartbeat", stdout=StringIO())
    assert json.loads(client.get("/readyz").content)["parts"]["worker"]["ok"] is True
    Heartbeat.objects.update(at=clock.now() - dt.timedelta(seconds=181))
    assert json.loads(client.get("/readyz").content)["parts"]["worker"]["ok"] is False


@pytest.mark.django_db
def test_a_health_check_that_raises_is_a_part_that_is_not_well(client: Client) -> None:
    def broken() -> tuple[bool, str]:
        raise OSError("a password that must not be shown")

    health.register("broken", broken)
    answer = client.get("/readyz")
    assert json.loads(answer.content)["parts"]["broken"] == {"ok": False, "detail": "OSError"}


def test_healthz_is_alive_without_a_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_sections_of_many_records_are_asked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "_providers", defaultdict(list))
    asked: list[Sequence[int]] = []

    def second(ids: Sequence[int], language: str) -> dict[int, sections.Section]:
        asked.append(ids)
        return {ids[0]: sections.Section("second.html")}

    def first(ids: Sequence[int], language: str) -> dict[int, sections.Section]:
        return {one: sections.Section("first.html", {"language": language}) for one in ids}

    sections.register("test", 20, second)
    sections.register("test", 10, first)
    found = sections.collect("test", [1, 2], "kk")
    assert [section.template for section in found[1]] == ["first.html", "second.html"]
    assert [section.template for section in found[2]] == ["first.html"]
    assert asked == [[1, 2]]


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown role"):
        permissions.register("emperor", "core.view_heartbeat")


@pytest.mark.django_db
class TestSeeding:
    """A row follows the seed until a person changes it."""

    def seed(self, value: str, rows: dict[str, str]) -> seeds.Report:
        report = seeds.Report()
        seeds.apply(
            report,
            "test:one",
            value,
            lambda: rows.get("one"),
            lambda: rows.__setitem__("one", value),
        )
        return report

    def test_a_missing_row_is_written_and_then_unchanged(self) -> None:
        rows: dict[str, str] = {}
        assert self.seed("a", rows).counts == {"written": 1}
        assert self.seed("a", rows).counts == {"unchanged": 1}
        assert rows == {"one": "a"}

    def test_an_untouched_row_follows_the_seeds_newer_text(self) -> None:
        rows: dict[str, str] = {}
        self.seed("a", rows)
        assert self.seed("b", rows).counts == {"written": 1}
        assert rows == {"one": "b"}

    def test_a_row_that_a_person_changed_is_left_alone_and_reported(self) -> None:
        rows: dict[str, str] = {}
        self.seed("a", rows)
        rows["one"] = "a person's words"
        report = self.seed("b", rows)
        assert report.left_alone == ["test:one"]
        assert rows == {"one": "a person's words"}

    def test_a_row_that_a_person_removed_stays_removed(self) -> None:
        rows: dict[str, str] = {}
        self.seed("a", rows)
        rows.clear()
        assert self.seed("a", rows).left_alone == ["test:one"]
        assert rows == {}

    def test_a_row_that_was_there_before_the_seed_is_left_alone(self) -> None:
        rows = {"one": "older than the seed"}
        assert self.seed("a", rows).left_alone == ["test:one"]
        assert not SeedRecord.objects.exists()


@pytest.mark.django_db
class TestSeedingRows:
    """Rows of reference data follow the seed together, each until a person changes it."""

    def seed(self, *rows: tuple[str, str]) -> seeds.Report:
        report = seeds.Report()
        words = [{"key": key, **{f"name_{code}": name for code in LANGUAGES}} for key, name in rows]
        seeds.apply_rows(report, "test", Status, "key", words)
        return report

    def test_each_row_has_its_own_fate(self) -> None:
        first = [("follows", "a"), ("changed", "a"), ("removed", "a"), ("same", "a")]
        assert self.seed(*first).counts == {"written": 4}
        Status.objects.filter(key="changed").update(name_en="a person's words")
        Status.objects.filter(key="removed").delete()
        Status.objects.create(key="older", name_kk="o", name_ru="o", name_en="o")
        second = [("follows", "b"), ("changed", "b"), ("removed", "b"), ("same", "a")]
        report = self.seed(*second, ("older", "b"), ("new", "b"))
        assert report.counts == {"written": 2, "unchanged": 1, "left alone": 3}
        assert report.left_alone == ["test:changed", "test:removed", "test:older"]
        assert dict(Status.objects.values_list("key", "name_en")) == {
            **{"follows": "b", "changed": "a person's words"},
            **{"same": "a", "older": "o", "new": "b"},
        }
        assert self.seed(("follows", "b"), ("new", "b")).counts == {"unchanged": 2}

    def test_a_refused_row_leaves_none_half_written(self) -> None:
        with pytest.raises(ValidationError):
            self.seed(("good", "a"), ("no address!", "a"))
        assert not Status.objects.exists()
        assert not SeedRecord.objects.exists()

    def test_what_stands_already_costs_the_same_queries_however_many_there_are(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        many = [(f"row-{number}", "a") for number in range(50)]
        self.seed(*many)
        with django_assert_num_queries(4):
            assert self.seed(*many).counts == {"unchanged": 50}


@pytest.mark.django_db
def test_a_command_of_many_changes_rings_each_bell_once(
    settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.DOORBELLS = True
    with django_capture_on_commit_callbacks() as bells, sweeps.one_ring_each():
        for _ in range(100):
            sweeps.ring("core.heartbeat")
    assert len(bells) == 1


@pytest.mark.django_db
def test_a_row_that_breaks_our_program_keeps_no_other_from_its_turn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def poison() -> int:
        raise ZeroDivisionError

    def away() -> int:
        raise OperationalError

    assert sweeps.spare_others("row 7", poison, 0) == 0
    assert "row 7 broke off" in caplog.text
    assert sweeps.spare_others("row 8", lambda: 1, 0) == 1
    with pytest.raises(OperationalError):
        sweeps.spare_others("row 9", away, 0)
