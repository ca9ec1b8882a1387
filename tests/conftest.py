"""Fixtures that all rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
"""Samples and benches that are not part of the project; tests that read them skip without."""


@pytest.fixture
def shared() -> Path:
    """The folder of real samples beside the project; the test skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of samples (../shared) is not here")
    return SHARED
