"""A worker killed anywhere between the net and the queue: nothing is lost, nothing comes twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence.server import Site, answer
from tests.intake.feeds import item, rss
from tests.kept import copy_kept

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parent.parent.parent

KILL = """
import os, signal
from monitoring.evidence import services
from monitoring.intake import services as intake
real = getattr({module}, "{name}")
def killed(*arguments, **named):
    {before}
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{name} = killed
"""
PLACES = {
    "before the bytes are stored": ("services", "store_answer", ""),
    "in the middle of storing": ("services", "link_of", ""),
    "after the bytes are stored": ("services", "store_answer", "real(*arguments, **named)"),
    "while they are read": ("services", "_read", ""),
    "after they are read": ("services", "_hand_on", ""),
    "between candidates and the end": ("services", "_close", ""),
}


class Machine:
    """The platform's own code on a database of its own, one process a sweep."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "db.sqlite3"
        copy_kept(self.database)
        self.environment = {
            **os.environ,
            "VAR_DIR": str(folder),
            "EVIDENCE_ALLOW_LOOPBACK": "1",
            "DJANGO_SETTINGS_MODULE": "coalition.settings.embedded",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *command: str) -> int:
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, check=False, timeout=400
        ).returncode

    def sweep(self, sabotage: str = "") -> int:
        script = "import django\ndjango.setup()\n" + textwrap.dedent(sabotage)
        script += "\nfrom monitoring.evidence.services import fetch_due\nfetch_due()\n"
        return self.run("-c", script)

    def ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.database) as connection:
            rows = connection.execute(sql, values).fetchall()
        connection.close()
        return rows


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    one = Machine(tmp_path_factory.mktemp("intake"))
    assert one.run("manage.py", "migrate", "-v0") == 0
    return one


@pytest.fixture
def site() -> Iterator[Site]:
    one = Site()
    one.routes["/feed"] = answer(rss(item(1), item(2), item(3)))
    yield one
    one.close()


@pytest.mark.parametrize("place", PLACES)
def test_a_sweep_killed_at_any_point_is_finished_by_the_next(
    machine: Machine, site: Site, place: str
) -> None:
    name = f"killed {place}"
    make = f"""
    from monitoring.evidence.models import Source
    Source.objects.create(name={name!r}, url={site.url()!r})
    """
    module, function, before = PLACES[place]
    sabotage = KILL.format(module=module, name=function, before=before or "pass")
    assert machine.sweep(textwrap.dedent(make) + sabotage) == -signal.SIGKILL
    for _ in range(2):  # leases end in their time; here at once
        machine.ask("UPDATE evidence_source SET lease_until = NULL")
        machine.ask("UPDATE evidence_fetch SET lease_until = NULL")
        machine.ask(
            "UPDATE evidence_source SET next_due = '2000-01-01 00:00:00' WHERE name = ?", name
        )
        assert machine.sweep() == 0
    (source,) = machine.ask("SELECT id FROM evidence_source WHERE name = ?", name)
    counts = {
        table: machine.ask(f"SELECT count(*) FROM {table} WHERE source_id = ?", *source)[0][0]
        for table in ("intake_candidate", "evidence_snapshot")
    }
    assert counts == {"intake_candidate": 3, "evidence_snapshot": 1}
    assert machine.ask("SELECT count(*) FROM evidence_fetch WHERE NOT taken_in") == [(0,)]
    assert machine.run("manage.py", "verify_evidence") == 0
