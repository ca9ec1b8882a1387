"""Makers of a digest are killed at random: the mails equal those of a run that nobody disturbed.

Five at once, on SQLite; FAULTS=full is the full profile, FAULT_SEED draws another course.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.demo.platform import ROOT

pytestmark = pytest.mark.faults
SEED = int(os.environ.get("FAULT_SEED", "20261121"))
FULL = os.environ.get("FAULTS") == "full"
READERS, KILLS, MAKERS = (600, 60, 5) if FULL else (60, 5, 3)


class Platform:
    """A folder with a database of its own, and processes that work on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.endswith("_URL")},
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "coalition.settings.embedded",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def digester(self, *arguments: str) -> subprocess.Popen[str]:
        return self.start("-m", "tests.faults.digester", *arguments)

    def ask(self, *arguments: str) -> str:
        process = self.digester(*arguments)
        said, _ = process.communicate(timeout=280)
        assert process.returncode == 0, arguments
        return said


def test_makers_killed_at_random_tell_what_an_undisturbed_run_tells(tmp_path: Path) -> None:
    calm = Platform(tmp_path / "calm")
    calm.folder.mkdir()
    assert calm.start("manage.py", "migrate", "-v0").wait(280) == 0
    calm.ask("fill", str(READERS))
    shutil.copytree(calm.folder, tmp_path / "bad")
    bad = Platform(tmp_path / "bad")
    calm.ask("make")
    expected = calm.ask("told").splitlines()
    assert len(expected) == READERS

    chance = random.Random(SEED)
    makers = [bad.digester("make") for _ in range(MAKERS)]
    kills = 0
    for victim in range(KILLS):
        process = makers[victim % MAKERS]
        if process.poll() is None and process.stdout is not None:
            process.stdout.readline()  # it is at work
        time.sleep(chance.uniform(0.0, 0.4))
        kills += process.poll() is None
        process.kill()
        process.wait()
        bad.ask("free")
        makers[victim % MAKERS] = bad.digester("make")
    for process in makers:
        process.kill()
        process.wait()
    bad.ask("free")
    bad.ask("make")
    found = bad.ask("told").splitlines()
    print(
        f"seed {SEED}: kills {kills}, mails expected {len(expected)}, "
        f"lost {len(set(expected) - set(found))}, "
        f"Message-IDs {len({line.split()[2] for line in found})}, doubles "
        f"{len(found) - len(set(found))}"
    )
    assert found == expected
