"""The seeded site in this process, walked once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from wagtail.models import Site

from monitoring.core.seeds import Report, all_seeds
from tests.public.walk import Found, walk


@pytest.fixture(scope="package")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Found]]:
    """The whole seed, once for this folder, undone at its end; one page of every kind."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            Site.clear_site_root_paths_cache()
            report = Report()
            for _name, run in all_seeds():
                run(report)
            yield walk(Client())
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def site(pages: list[Found], db: None) -> None:
    """Every test here reads the seeded site."""
    cache.clear()
