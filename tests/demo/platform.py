"""The whole platform on a folder of its own, started, killed and started again; its mailbox."""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

import httpx

from monitoring.core import processes
from tests.kept import copy_kept, copy_seeded

ROOT = Path(__file__).resolve().parent.parent.parent
Found = TypeVar("Found")


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """Look again and again until something is there. Raises TimeoutError naming what was not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"not within {seconds} s: {what}")


class Platform:
    """`manage.py start` on a folder; talks to it by processes, HTTP and the mailbox alone."""

    def __init__(self, var: Path, **environment: str) -> None:
        self.var = var
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        inherited = {
            key: value
            for key, value in os.environ.items()
            # Tests run on settings and servers of their own; the platform must not.
            if key
            not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "BROKER_URL", "CACHE_URL", "SITE_URL"}
        }
        self.environment = {
            **inherited,
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.parent: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        """What `manage.py start` printed."""
        return self.var.parent / f"{self.var.name}.out"

    def start(self, seconds: float = 400) -> float:
        """Start it and wait for the first page; returns how many seconds that took."""
        began = time.monotonic()
        with self.output.open("ab") as out:
            self.parent = subprocess.Popen(
                [sys.executable, "manage.py", "start"],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        wait_for(self.answers, seconds, f"the first page; see {self.output}")
        return time.monotonic() - began

    def answers(self) -> bool:
        """Whether the site answers with its home page."""
        assert self.parent is not None
        if self.parent.poll() is not None:
            raise RuntimeError(f"start ended: {self.output.read_text()[-2000:]}")
        try:
            return httpx.get(f"{self.address}/kk/", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Wait for /readyz to say that every part is well."""

        def ready() -> bool:
            try:
                return httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        wait_for(ready, seconds, "/readyz with every part well")

    def pids(self) -> list[int]:
        """Every process of the platform: those that hold its locks."""
        lock = self.var / "lock"
        return sorted({*processes.holders(lock / "parent"), *processes.holders(lock / "children")})

    def pid_of(self, name: str) -> list[int]:
        """The processes of one child: "gunicorn", "worker" or "beat"."""
        found = []
        for pid in self.pids():
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
                if name in command:
                    found.append(pid)
        return found

    def kill_all(self) -> None:
        """kill -9 of every process, no matter what it does; returns when all are gone."""
        deadline = time.monotonic() + 20
        while pids := self.pids():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if time.monotonic() > deadline:
                raise TimeoutError(f"still running: {pids}")
            time.sleep(0.05)
        if self.parent is not None:
            self.parent.wait()
            self.parent = None

    def stop(self) -> None:
        """Stop it as a person does, by Ctrl-C; kill what is left after 30 s."""
        if self.parent is not None:
            self.parent.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.parent.wait(30)
        self.kill_all()

    def mails(self) -> list[EmailMessage]:
        """Every message in the mailbox, oldest first."""
        folder = self.var / "mail"
        files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in files
        ]


@contextlib.contextmanager
def running(var: Path, **environment: str) -> Iterator[Platform]:
    """A started platform that is surely gone afterwards."""
    platform = Platform(var, **environment)
    var.mkdir(parents=True, exist_ok=True)
    if not copy_seeded(var):
        copy_kept(var / "db.sqlite3")
    try:
        platform.start()
        yield platform
    finally:
        platform.kill_all()
