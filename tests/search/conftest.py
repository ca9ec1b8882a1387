"""A search of its own for each test: an empty folder and one kind of record."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from monitoring.search import kinds
from tests.factories.search import Notes


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """The folder of the indexes of this test alone."""
    settings.SEARCH = {"engine": "embedded", "directory": str(tmp_path / "search")}
    return tmp_path / "search"


@pytest.fixture
def notes(folder: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Notes:
    """The only kind of record in this test."""
    made = Notes()
    monkeypatch.setattr(kinds, "_registry", kinds._Registry())
    kinds.register(made.kind())
    return made
