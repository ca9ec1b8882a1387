"""Senders are killed, and run five at once: each mail leaves once, as one file."""

from __future__ import annotations

import email
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.demo.platform import ROOT

pytestmark = pytest.mark.faults
SEED = int(os.environ.get("FAULT_SEED", "20261121"))


class Outbox:
    """A platform's folder with its database, and processes that work on it."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.endswith("_URL")},
            "VAR_DIR": str(var),
            "DJANGO_SETTINGS_MODULE": "coalition.settings.embedded",
        }

    def run(self, *arguments: str) -> int:
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, timeout=180, check=False
        ).returncode

    def sender(self, *arguments: str) -> int:
        return self.run("-m", "tests.faults.sender", *arguments)

    def start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sender", "send"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def states(self) -> Counter[str]:
        with sqlite3.connect(self.var / "db.sqlite3") as link:
            return Counter(row[0] for row in link.execute("SELECT state FROM mailing_outgoingmail"))

    def handed_over(self) -> Counter[str]:
        return Counter((self.var / "handed-over").read_text().split())

    def message_ids(self) -> list[str]:
        files = (self.var / "mail").glob("*.eml")
        return [str(email.message_from_bytes(file.read_bytes())["Message-ID"]) for file in files]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    var = tmp_path_factory.mktemp("outbox") / "var"
    assert Outbox(var).run("manage.py", "migrate", "-v0") == 0
    return var


@pytest.fixture
def outbox(migrated: Path) -> Outbox:
    box = Outbox(migrated)
    with sqlite3.connect(migrated / "db.sqlite3") as link:
        link.execute("DELETE FROM mailing_outgoingmail")
    for file in (migrated / "mail").glob("*.eml"):
        file.unlink()
    (migrated / "handed-over").write_text("")
    return box


def test_a_sender_killed_between_sending_and_marking_loses_and_doubles_nothing(
    outbox: Outbox,
) -> None:
    assert outbox.sender("queue", "12") == 0
    for point in ("1", "4"):
        assert outbox.sender("die", point) == -signal.SIGKILL
    assert outbox.states() == {"sent": 3, "leased": 2, "pending": 7}
    assert outbox.sender("expire") == 0
    assert outbox.sender("send") == 0
    assert outbox.states() == {"sent": 12}
    assert len(outbox.message_ids()) == len(set(outbox.message_ids())) == 12
    assert sum(outbox.handed_over().values()) == 12 + 2  # one hand-over more for each death
    assert max(outbox.handed_over().values()) == 2


def test_senders_killed_at_random_lose_nothing(outbox: Outbox) -> None:
    chance, mails, kills = random.Random(SEED), 150, 5
    print(f"seed {SEED}")
    assert outbox.sender("queue", str(mails)) == 0
    for _ in range(kills):
        process = outbox.start()
        time.sleep(chance.uniform(0.02, 0.5))
        process.kill()
        process.wait()
    assert outbox.sender("expire") == 0
    assert outbox.sender("send") == 0
    ids, doubles = outbox.message_ids(), sum(outbox.handed_over().values()) - mails
    print(f"kills {kills}, mails {mails}, files {len(ids)}, hand-overs twice {doubles}")
    assert outbox.states() == {"sent": mails}
    assert len(ids) == len(set(ids)) == mails
    assert 0 <= doubles <= kills


def test_five_senders_at_once_send_each_mail_once(outbox: Outbox) -> None:
    assert outbox.sender("queue", "100") == 0
    processes = [outbox.start() for _ in range(5)]
    assert [process.wait(timeout=120) for process in processes] == [0] * 5
    assert outbox.states() == {"sent": 100}
    assert set(outbox.handed_over().values()) == {1}
    assert len(outbox.message_ids()) == 100
