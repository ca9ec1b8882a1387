"""A migrated database for all tests of faults, copied for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.ground import Ground, Sink, copied, migrated


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for minutes begins first: the others are done meanwhile, in other processes."""
    items.sort(key=lambda item: item.path.name != "test_queue.py")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with migrated(tmp_path_factory.mktemp("migrated")) as made:
        yield made


@pytest.fixture
def ground(empty_database: str, tmp_path: Path) -> Iterator[Ground]:
    """A platform that writes files."""
    with copied(empty_database, f"faults_{os.getpid()}_ground", tmp_path / "var") as database:
        yield Ground(tmp_path / "var", database)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    """One mail in five meets trouble."""
    (tmp_path / "var").mkdir(exist_ok=True)
    server = Sink(tmp_path / "var", 0.2)
    server.start()
    with ExitStack() as stack:
        stack.callback(lambda: server.kill())
        yield server


@pytest.fixture
def line(empty_database: str, sink: Sink) -> Iterator[Ground]:
    """A platform that sends to the sink."""
    with copied(empty_database, f"faults_{os.getpid()}_line", sink.folder) as database:
        yield Ground(
            sink.folder,
            database,
            EMAIL_URL=f"smtp://127.0.0.1:{sink.port}?timeout=1",
            MAIL_ALLOWED_RECIPIENTS="@example.org",
        )
