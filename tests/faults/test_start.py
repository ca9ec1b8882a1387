"""What is killed comes back; what is started twice is refused; nothing outlives its parent."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from monitoring.core import processes
from tests.demo.platform import ROOT, Platform, running, wait_for

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running(tmp_path_factory.mktemp("platform") / "var") as started:
        started.wait_until_ready()
        yield started


def start_again(platform: Platform, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "start"],
        cwd=ROOT,
        env={**platform.environment, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_start_is_refused_and_names_the_pids(platform: Platform) -> None:
    refused = start_again(platform)
    assert refused.returncode == 3
    named = {int(number) for number in re.findall(r"\d+", refused.stderr.partition("pids")[2])}
    assert set(platform.pids()) <= named
    assert platform.answers()


def test_a_taken_port_is_explained_with_its_holder(platform: Platform, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = start_again(platform, VAR_DIR=str(tmp_path / "var"), PORT=port)
    assert refused.returncode == 4
    assert f"Port {port} is taken by pid {os.getpid()}" in refused.stderr
    assert "make run PORT=" in refused.stderr


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(platform: Platform, tmp_path: Path, port: str) -> None:
    refused = start_again(platform, VAR_DIR=str(tmp_path / "var"), PORT=port)
    assert refused.returncode != 0
    assert "a port is a number from 1 to 65535" in refused.stderr


@pytest.mark.parametrize("name", ["gunicorn", "worker", "beat"])
def test_a_killed_child_is_started_again(platform: Platform, name: str) -> None:
    before = platform.pid_of(name)
    assert before
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    wait_for(lambda: set(platform.pid_of(name)) - set(before), 60, f"{name} started again")
    wait_for(platform.answers, 60, "the site")
    print(f"{name} back after {time.monotonic() - began:.1f} s; 5 s on a quiet machine")
    platform.wait_until_ready()


def test_a_killed_master_alone_does_not_keep_the_port(platform: Platform) -> None:
    os.kill(min(platform.pid_of("gunicorn")), signal.SIGKILL)
    began = time.monotonic()
    time.sleep(0.3)
    wait_for(platform.answers, 60, "the site")
    print(f"the site back after {time.monotonic() - began:.1f} s; 5 s on a quiet machine")


def test_logs_are_one_line_an_event(platform: Platform) -> None:
    for name in ("site", "worker", "scheduler"):
        for line in (platform.var / "log" / f"{name}.log").read_text().splitlines():
            assert re.match(r"\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", line), f"{name}.log: {line!r}"


def test_children_end_with_a_parent_that_was_killed(platform: Platform) -> None:
    assert platform.parent is not None
    platform.parent.kill()
    platform.parent.wait()
    wait_for(lambda: not platform.pids(), 60, "the end of the children")
    with pytest.raises(httpx.TransportError):
        httpx.get(platform.address, timeout=2)
    platform.start()
    platform.wait_until_ready()


def test_a_child_that_outlived_its_parent_refuses_a_start(
    platform: Platform, tmp_path: Path
) -> None:
    lock = tmp_path / "var" / "lock" / "children"
    lock.parent.mkdir(parents=True)
    wrapper = [sys.executable, "-m", "monitoring.core.processes", str(lock), str(os.getpid()), "0"]
    child = subprocess.Popen([*wrapper, "sleep", "60"], cwd=ROOT)
    try:
        wait_for(lambda: processes.holders(lock), 60, "the child's lock")
        refused = start_again(platform, VAR_DIR=str(tmp_path / "var"))
    finally:
        child.kill()
        child.wait()
    assert refused.returncode == 3
    assert str(child.pid) in refused.stderr


def test_ctrl_c_stops_everything(platform: Platform) -> None:
    assert platform.parent is not None
    platform.parent.send_signal(signal.SIGINT)
    platform.parent.wait(60)
    wait_for(lambda: not platform.pids(), 60, "the end of all")
    told = platform.output.stat().st_size
    seconds = platform.start()
    print(f"the first page of a later start after {seconds:.1f} s; 5 s on a quiet machine")
    said = platform.output.read_bytes()[told:].decode()
    assert "Database migrated." not in said
    assert "Static files collected." not in said
