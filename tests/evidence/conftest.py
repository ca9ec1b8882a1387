"""Sites on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from monitoring.evidence import http
from tests.evidence.server import Site


@pytest.fixture
def site(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that may be asked: loopback is allowed here, and fetches do not wait for turns."""
    monkeypatch.setattr(http, "LIMITS", http.Limits(seconds=5, pause=0))
    settings.EVIDENCE_ALLOW_LOOPBACK = True
    one = Site()
    yield one
    one.close()
