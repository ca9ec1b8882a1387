"""A platform on a database of its own, its processes and its SMTP sink. Not a test.

SQLite by itself; PostgreSQL where DATABASE_URL names one. A migrated database is kept for all
tests of a session and copied for each.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.demo.platform import ROOT
from tests.kept import copy_kept

SEED = int(os.environ.get("FAULT_SEED", "20261121"))
FULL = os.environ.get("FAULTS") == "full"
GIVEN = os.environ.get("DATABASE_URL", "")
POSTGRES = GIVEN.startswith("postgres")
PATIENCE = 3000 if FULL else 600
"""Seconds that one process may take."""


class Ground:
    """A folder, a database, and processes that work on them."""

    def __init__(self, folder: Path, database: str = "", **environment: str) -> None:
        self.folder = folder
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.endswith("_URL")},
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "coalition.settings.embedded",
            **({"DATABASE_URL": database} if database else {}),
            **environment,
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A process of this platform."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, module: str, *arguments: str) -> str:
        """What a program of this folder prints; it must end well."""
        process = self.start("-m", f"tests.faults.{module}", *arguments)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, (module, arguments)
        return said

    def manage(self, *arguments: str) -> str:
        """What a command prints."""
        process = self.start("manage.py", *arguments)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, arguments
        return said

    def taken(self) -> list[list[str]]:
        """What the sink took: hash, Message-ID, recipient, second, verdict on the signature."""
        return [line.split() for line in (self.folder / "taken").read_text().splitlines()]


def _server() -> Any:
    import psycopg

    return psycopg.connect(f"{GIVEN.rpartition('/')[0]}/postgres", autocommit=True)


def _url(name: str) -> str:
    return f"{GIVEN.rpartition('/')[0]}/{name}"


@contextlib.contextmanager
def copied(kept: str, name: str, folder: Path) -> Iterator[str]:
    """A copy of a database: a file in the folder, or one of the server's; its address or ''."""
    folder.mkdir(parents=True, exist_ok=True)
    if not POSTGRES:
        import shutil

        shutil.copy(kept, folder / "db.sqlite3")
        yield ""
        return
    with _server() as link:
        link.execute(f'CREATE DATABASE "{name}" TEMPLATE "{kept}"')
    try:
        yield _url(name)
    finally:
        with _server() as link:
            link.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def migrated(folder: Path) -> Iterator[str]:
    """A migrated database to copy: the path of a file, or a name on the server."""
    if not POSTGRES:
        copy_kept(folder / "db.sqlite3")
        Ground(folder).manage("migrate", "-v0")
        yield str(folder / "db.sqlite3")
        return
    seen = hashlib.sha256()
    for path in sorted(ROOT.glob("*/*/migrations/*.py")):
        seen.update(path.read_bytes())
    name = f"faults_kept_{seen.hexdigest()[:16]}"
    with _server() as link:
        link.execute("SELECT pg_advisory_lock(hashtext('faults_kept'))")  # one process migrates
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            link.execute(f'DROP DATABASE IF EXISTS "{name}_aside"')
            link.execute(f'CREATE DATABASE "{name}_aside"')
            Ground(folder, _url(f"{name}_aside")).manage("migrate", "-v0")
            link.execute(f'ALTER DATABASE "{name}_aside" RENAME TO "{name}"')
    yield name  # it stays for the next session


class Sink:
    """The SMTP server in its process; it can be killed and come back on its port."""

    def __init__(self, folder: Path, trouble: float) -> None:
        self.folder, self.trouble, self.port = folder, trouble, 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start, or start again at the same port."""
        told = (str(self.folder), str(SEED), str(self.trouble), str(self.port))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.smtp_sink", *told],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


# -- within a process that drives others: they are forked, so that none loads the platform anew --


def fork(work: Callable[[], object]) -> int:
    """A process that does some work on connections of its own; its pid."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:  # whatever ends it, the parent asks for the status
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def kill(pid: int) -> bool:
    """kill -9 and wait; whether it was still at work."""
    gone, _status = os.waitpid(pid, os.WNOHANG)
    if gone:
        return False
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def ended_well(pid: int) -> bool:
    """Wait for a process; whether it came to its end. False: it was killed on its way."""
    _pid, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, -signal.SIGKILL}, code
    return code == 0


class DieAt:
    """Kills this process at its Nth step: before or after a statement, before or after a commit."""

    def __init__(self, step: int) -> None:
        self.left = step

    def count(self) -> None:
        """One step."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        """Around each statement."""
        self.count()
        answer = execute(*arguments)
        self.count()
        return answer

    def arm(self) -> None:
        """Watch the connection of this process."""
        from django.db import connection

        commit = connection.commit

        def counted() -> None:
            self.count()
            commit()
            self.count()

        connection.ensure_connection()
        setattr(connection, "commit", counted)  # noqa: B010 - mypy refuses to assign a method
        connection.execute_wrappers.append(self)


def slow_down(seconds: float) -> None:
    """Let each statement of this process take longer, so that most kills fall into the work."""
    from django.db import connection

    def slowly(execute: Any, *arguments: Any) -> Any:
        time.sleep(seconds)
        return execute(*arguments)

    connection.execute_wrappers.append(slowly)
