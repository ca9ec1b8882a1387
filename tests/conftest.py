"""Fixtures that all rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation import trans_real

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
"""Samples and benches that are not part of the project; tests that read them skip without."""

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Compile the catalogues whose source is newer: a test never reads yesterday's words."""
    for source in ROOT.glob("*/locale/**/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = compiled.with_suffix(f".{os.getpid()}")
        with source.open("rb") as text, fresh.open("wb") as binary:
            write_mo(binary, read_po(text))
        fresh.replace(compiled)
        trans_real._translations.clear()  # type: ignore[attr-defined]  # Django read the old ones


@pytest.fixture
def shared() -> Path:
    """The folder of real samples beside the project; the test skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of samples (../shared) is not here")
    return SHARED
