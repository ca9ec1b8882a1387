"""What `manage.py start` settles before anything runs."""

from __future__ import annotations

import os

import pytest
from pytest_django import Settings

from monitoring.core.management.commands.start import take_address

GIVEN = "https://coalition.example"


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    for name in ("SITE_URL", "SITE_URL_FILE"):
        monkeypatch.setenv(name, "")  # so that it is put back, whoever sets it
        del os.environ[name]
    settings.WAGTAILADMIN_BASE_URL = "http://localhost:8000"


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "http://127.0.0.1:8140"), ("::1", "http://[::1]:8140")]
)
def test_links_lead_to_the_address_that_is_printed(
    settings: Settings, host: str, address: str
) -> None:
    assert take_address(host, "8140") == address
    assert os.environ["SITE_URL"] == address, "the site, the worker and the scheduler"
    assert address == settings.WAGTAILADMIN_BASE_URL, "the seed"


@pytest.mark.parametrize("name", ["SITE_URL", "SITE_URL_FILE"])
def test_an_address_that_is_given_stays(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, name: str
) -> None:
    monkeypatch.setenv(name, GIVEN)
    settings.WAGTAILADMIN_BASE_URL = GIVEN
    assert take_address("127.0.0.1", "8140") == "http://127.0.0.1:8140"
    assert GIVEN == settings.WAGTAILADMIN_BASE_URL == os.environ[name]
    assert len(os.environ.keys() & {"SITE_URL", "SITE_URL_FILE"}) == 1
