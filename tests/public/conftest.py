"""The seeded site in this process, walked once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import kept
from tests.conftest import undone_rows
from tests.public.walk import Found, walk


@pytest.fixture(scope="package")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Found]]:
    """The whole seed, once for this folder, undone at its end; one page of every kind."""
    with undone_rows(django_db_blocker):
        kept.seed()
        yield walk(Client())


@pytest.fixture(autouse=True)
def site(pages: list[Found], db: None) -> None:
    """Every test here reads the seeded site."""
    cache.clear()
