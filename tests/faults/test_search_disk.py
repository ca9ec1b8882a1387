"""The disk of the embedded index is full for real: a small file system of its own, filled up."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from monitoring.core import clock
from monitoring.core.models import Lease
from monitoring.search import indexing, kinds
from monitoring.search.backends import get_backend
from monitoring.search.models import Build, OutboxRow, Synonym
from monitoring.search.query import Query
from monitoring.search.selectors import Results, search
from monitoring.search.services import touch
from tests.factories.search import Notes, change_note, make_note

pytestmark = [pytest.mark.faults, pytest.mark.django_db]


@pytest.fixture
def disk(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Eight megabytes on which the index lies."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() or mount is None:
        pytest.skip("a file system is mounted: run as root")
    command = [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    settings.SEARCH = {"engine": "embedded", "directory": str(place / "search")}
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def notes(disk: Path, monkeypatch: pytest.MonkeyPatch) -> Notes:
    made = Notes()
    monkeypatch.setattr(kinds, "_registry", kinds._Registry())
    kinds.register(made.kind())
    return made


def fill(disk: Path) -> None:
    """Take the last byte."""
    with (disk / "other").open("ab", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def round_() -> None:
    """As the scheduler rings."""
    Lease.objects.update(until=clock.now())
    indexing.run()


def answered(text: str) -> Results:
    results = search(Query.parse(text), "kk")
    assert not results.notices, "the database answered, not the index"
    return results


def index_is_the_database() -> None:
    build = Build.objects.get(state=Build.State.CURRENT)
    kind = kinds.get("note")
    assert kind is not None
    meant = {one.key: one.version for one in kinds.documents(kind)}
    assert get_backend().versions(build.name) == meant


@pytest.mark.parametrize("rebuilding", [False, True], ids=["writing", "while an index is made"])
def test_with_a_full_disk_searches_go_on_and_what_waits_is_written_when_there_is_room(
    disk: Path, notes: Notes, monkeypatch: pytest.MonkeyPatch, *, rebuilding: bool
) -> None:
    rows = [make_note(f"Мәслихат шешімі {number}", "бюджет " * 200) for number in range(60)]
    round_()
    assert answered("мәслихат").total == 60
    current = Build.objects.get(state=Build.State.CURRENT)
    if rebuilding:
        monkeypatch.setattr(indexing, "BATCH", 10)
        indexing.request_build()
        Lease.objects.update(until=clock.now())
        assert Lease.objects.take(indexing.LEASE, "me", 60)
        for _ in range(2):
            indexing._step(Build.objects.get(state=Build.State.BUILDING), "me")
    fill(disk)
    change_note(rows[0], "Әкімнің есебі")
    Synonym.objects.filter(pk=rows[1].pk).update(reviewed=False)
    touch("note", [rows[1].pk])
    later = make_note("Жаңа жазба")
    for _ in range(3):
        round_()
        assert OutboxRow.objects.exists()
        assert answered("мәслихат").total == 60
        assert rows[1].pk not in {hit.id for hit in answered("шешімі").hits}
    (disk / "other").unlink()
    for _ in range(4):
        round_()
    assert not OutboxRow.objects.exists()
    assert not Build.objects.filter(state=Build.State.BUILDING).exists()
    index_is_the_database()
    assert [hit.id for hit in answered("есебі").hits] == [rows[0].pk]
    assert [hit.id for hit in answered("жазба").hits] == [later.pk]
    if not rebuilding:
        assert Build.objects.get(state=Build.State.CURRENT) == current  # nothing was made anew
