"""Five senders are killed again and again over a bad line: nothing is lost, doubles are equal.

On SQLite by itself, on PostgreSQL with DATABASE_URL. FAULTS=full is the full profile; FAULT_SEED
draws another course. Figures of the full profile stand in docs/reliability.md.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.platform import ROOT

pytestmark = pytest.mark.faults
SEED = int(os.environ.get("FAULT_SEED", "20261121"))
FULL = os.environ.get("FAULTS") == "full"
MAILS, KILLS = (1500, 60) if FULL else (120, 6)
GONE = MAILS // 30
"""Addresses that do not exist."""


class Line:
    """A platform whose mail goes to a sink over SMTP, and senders that come and go."""

    def __init__(self, folder: Path, port: int, database: str) -> None:
        self.folder = folder
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.endswith("_URL")},
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "coalition.settings.embedded",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}?timeout=1",
            "MAIL_ALLOWED_RECIPIENTS": "@example.org",
            **({"DATABASE_URL": database} if database else {}),
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *arguments: str) -> str:
        process = self.start("-m", "tests.faults.sender", *arguments)
        said, _ = process.communicate(timeout=280)
        assert process.returncode == 0
        return said

    def taken(self) -> list[list[str]]:
        return [line.split() for line in (self.folder / "taken").read_text().splitlines()]


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """A sink in trouble one time in five, and a migrated database of its own."""
    given, made = os.environ.get("DATABASE_URL", ""), ""
    if given.startswith("postgres"):
        import psycopg

        made = f"faults_{os.getpid()}"
        base = given.rpartition("/")[0]
        with psycopg.connect(f"{base}/postgres", autocommit=True) as link:
            link.execute(f'CREATE DATABASE "{made}"')
    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.smtp_sink", str(tmp_path), str(SEED), "0.2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert sink.stdout is not None
        port = int(sink.stdout.readline())
        box = Line(tmp_path, port, f"{base}/{made}" if made else "")
        assert box.start("manage.py", "migrate", "-v0").wait(280) == 0
        yield box
    finally:
        sink.kill()
        sink.wait()
        if made:
            with psycopg.connect(f"{base}/postgres", autocommit=True) as link:
                link.execute(f'DROP DATABASE "{made}" WITH (FORCE)')


def test_senders_killed_over_a_bad_line_lose_nothing(line: Line) -> None:
    chance = random.Random(SEED)
    line.ask("queue", str(MAILS))
    line.ask("gone", str(GONE))
    senders = [line.start("-m", "tests.faults.sender", "smtp") for _ in range(5)]
    kills = 0
    for victim in range(KILLS):
        time.sleep(chance.uniform(0.2, 1.2))
        old = senders[victim % 5]
        kills += old.poll() is None
        old.kill()
        old.wait()
        senders[victim % 5] = line.start("-m", "tests.faults.sender", "smtp")
    for sender in senders:
        sender.kill()
        sender.wait()
    line.ask("finish")
    states = dict(part.split("=") for part in line.ask("states").split())
    taken = line.taken()
    by_id, by_reader = Counter(row[1] for row in taken), Counter(row[2] for row in taken)
    doubles = sum(count - 1 for count in by_id.values())
    print(
        f"seed {SEED}: kills {kills}, mails {MAILS}, lost {MAILS - len(by_reader)}, "
        f"Message-IDs {len(by_id)}, wire duplicates {doubles}, "
        f"different bytes {len({(row[0], row[1]) for row in taken}) - len(by_id)}, {states}"
    )
    assert states == {"sent": str(MAILS), "failed": str(GONE)}
    assert len(by_reader) == len(by_id) == MAILS  # nobody lost, one Message-ID for each
    assert len({(row[0], row[1]) for row in taken}) == MAILS  # a double is equal to the byte
