"""Broker, worker and commits die under the whole platform; a stopped worker is told by mail.

SQLite with the file broker by itself; with DATABASE_URL, PostgreSQL and a Redis of the test's own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.demo.platform import Platform, free_port, wait_for
from tests.faults.ground import POSTGRES, Ground, Sink, copied

pytestmark = pytest.mark.faults
SLACK = 45
"""Seconds that a busy machine may add to what is promised."""


class Bare(Platform):
    """A platform without pages: it is up when its site answers at all."""

    def answers(self) -> bool:
        """Whether the site is alive."""
        assert self.parent is not None
        if self.parent.poll() is not None:
            raise RuntimeError(f"start ended: {self.output.read_text()[-2000:]}")
        try:
            return httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


class Redis:
    """A broker that keeps nothing on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """At the same port each time."""
        told = ["--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", *told], stdout=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """kill -9: all that it held is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class World:
    """A platform with its broker and a sink."""

    def __init__(self, folder: Path, database: str, stack: ExitStack) -> None:
        self.sink = Sink(folder, 0.0)
        self.sink.start()
        stack.callback(self.sink.kill)
        given = {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}?timeout=90",
            "MAIL_ALLOWED_RECIPIENTS": "@example.org",
            "OPERATOR_EMAILS": "operator@example.org",
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",  # no minute of packing files
        }
        self.redis: Redis | None = None
        if database:
            self.redis = Redis(folder)
            self.redis.start()
            stack.callback(self.redis.kill)
            broker = f"redis://127.0.0.1:{self.redis.port}"
            given |= {"DATABASE_URL": database, "BROKER_URL": f"{broker}/0"}
        self.folder = folder
        self.hands = Ground(folder, **given)
        given["PYTHONPATH"] = ""
        self.platform = Bare(folder, **given)
        stack.callback(self.platform.kill_all)

    def wipe_broker(self) -> None:
        """Kill it and lose what it held; it comes back empty."""
        if self.redis is not None:
            self.redis.kill()
        else:
            shutil.rmtree(self.folder / "broker")

    def has(self, address: str) -> bool:
        """Whether the sink took a mail to an address."""
        found = self.folder / "taken"
        return found.exists() and f" {address} " in found.read_text()


@pytest.fixture
def worlds(empty_database: str, tmp_path: Path) -> Iterator[list[World]]:
    """Two of them: what has to be waited for is waited for at the same time."""
    with ExitStack() as stack:
        made = []
        for name in ("stopped", "killed"):
            copy = copied(empty_database, f"faults_{os.getpid()}_{name}", tmp_path / name)
            made.append(World(tmp_path / name, stack.enter_context(copy), stack))
        for world in made:
            world.hands.manage("shell", "-v0", "-c", SEEDED)
            world.platform.start()
        for world in made:
            world.platform.wait_until_ready(300)
        yield made


SEEDED = """
from monitoring.core.models import SeedRecord
SeedRecord.objects.get_or_create(key="none", defaults={"digest": "none"})
"""
"""The platform starts without its facts."""


def arrived(world: World, address: str) -> float:
    """Wait for a mail, longer than it may take; after how many seconds it came."""
    began = time.monotonic()
    wait_for(lambda: world.has(address) or None, 300, f"the mail to {address}")
    return time.monotonic() - began


def told_operators(world: World) -> list[float]:
    """When the operators got a mail each."""
    if not (world.folder / "taken").exists():
        return []
    return [float(row[3]) for row in world.hands.taken() if row[2] == "operator@example.org"]


def test_whatever_dies_around_the_queue_nothing_is_lost_and_it_is_noticed(
    worlds: list[World],
) -> None:
    stopped, killed = worlds
    # A machine without time may look deaf while it starts: that is told, and told to be over.
    wait_for(lambda: len(told_operators(stopped)) % 2 == 0 or None, 300, "the end of an alarm")
    before_all = len(told_operators(stopped))
    for pid in stopped.platform.pid_of("worker"):
        os.kill(pid, signal.SIGSTOP)
    since = time.time()

    # Q1: the broker is wiped, with a bell in it and one that finds nobody.
    hands = killed.hands
    killed.wipe_broker()
    hands.ask("sender", "queue", "5", "wiped")
    if killed.redis is not None:
        killed.redis.start()
    took = {"Q1 broker wiped, last of 5": (arrived(killed, "wiped4@example.org"), 60)}

    # Q4: what was rolled back rings no bell; a death after the commit loses nothing.
    assert hands.ask("sender", "undone", "undone@example.org").strip() == "0"
    process = hands.start("-m", "tests.faults.sender", "orphan", "orphan@example.org")
    assert process.wait(120) == -signal.SIGKILL
    took["Q4 died before the bell"] = arrived(killed, "orphan@example.org"), 30

    # Q2: a worker dies with a mail in its hands.
    hands.ask("sender", "queue", "1", "stuck")
    wait_for(lambda: (killed.folder / "stuck").exists() or None, 60, "a mail in the worker's hands")
    before = killed.platform.pid_of("worker")
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    took["Q2 worker killed with a lease"] = arrived(killed, "stuck0@example.org"), 90
    assert not set(before) & set(killed.platform.pid_of("worker"))
    assert not killed.has("undone@example.org")

    # Q3: a worker that hears nothing is told to the operators within three minutes.
    wait_for(lambda: told_operators(stopped)[before_all:] or None, 300, "the alarm")
    seconds = told_operators(stopped)[before_all:]
    assert len(seconds) == 1
    took["Q3 deaf worker told"] = seconds[0] - since, 180
    for pid in stopped.platform.pid_of("worker"):
        os.kill(pid, signal.SIGCONT)
    kinds = "PostgreSQL and Redis" if POSTGRES else "SQLite and the file broker"
    told = "; ".join(f"{what}: {real:.0f} s of {most}" for what, (real, most) in took.items())
    print(f"\n{kinds}: {told}")
    assert all(real < most + SLACK for real, most in took.values()), told
    assert len({row[1] for row in killed.hands.taken()}) == len(killed.hands.taken()) == 7


def test_a_restored_backup_mails_nobody_until_a_person_releases_it(
    line: Ground, sink: Sink, tmp_path: Path
) -> None:
    line.ask("sender", "queue", "3", "before")
    kept = str(line.folder / "db.sqlite3")
    if POSTGRES:
        kept = line.environment["DATABASE_URL"].rpartition("/")[2]
    line.manage("sweep", "mailing.send")
    line.ask("sender", "queue", "3", "waits")
    with copied(kept, f"faults_{os.getpid()}_restored", tmp_path / "elsewhere") as database:
        given = {key: line.environment[key] for key in ("EMAIL_URL", "MAIL_ALLOWED_RECIPIENTS")}
        restored = Ground(tmp_path / "elsewhere", database, **given)
        restored.manage("sweep", "mailing.send")
        assert not [row for row in line.taken() if row[2].startswith("waits")]
        assert "Released by a person" in restored.manage("release_mail", "--by", "a person")
        assert "pending=0" not in restored.ask("sender", "states")
        restored.manage("sweep", "mailing.send")
        assert [row for row in line.taken() if row[2].startswith("waits")]
