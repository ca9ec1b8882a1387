"""Fixtures that all rooms share."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils.translation import trans_real
from pytest_django import DjangoDbBlocker
from wagtail.models import Site

from monitoring.core import generation, turns
from monitoring.search import asked, vocabularies
from tests import kept

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


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """Start from the kept database where there is one."""
    if connection.vendor != "sqlite":
        return bool(request.config.getvalue("reuse_db"))
    kept.copy_kept(Path(str(connection.settings_dict["TEST"]["NAME"])))
    return True  # the file goes with the temporary folder it stands in


@pytest.fixture(scope="session", autouse=True)
def keep_database(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> None:
    """Keep the database that was just migrated, for the next process."""
    if connection.vendor != "sqlite" or kept.kept_path().exists():
        return
    request.getfixturevalue("django_db_setup")
    # No database is made where no collected test asks for one.
    if connection.settings_dict["NAME"] == connection.settings_dict["TEST"]["NAME"]:
        with django_db_blocker.unblock():
            kept.keep()


@contextlib.contextmanager
def undone_rows(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is written inside stands for every test that runs before the end, which undoes it."""
    with blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            Site.clear_site_root_paths_cache()
            yield
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
            ContentType.objects.clear_cache()


@pytest.fixture(scope="module")
def rows_of_the_file(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Lets fixtures of a file write rows once for all its tests; undone after the last of them.

    For ground that every test of the file stands on: what one test alone needs it makes itself.
    """
    with undone_rows(django_db_blocker):
        yield


@pytest.fixture(autouse=True)
def fresh_site_roots() -> None:
    """Wagtail caches where sites begin; a test's rollback does not tell the cache."""
    Site.clear_site_root_paths_cache()


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """What a process remembers for some seconds goes with the test.

    Its rows are undone; and where it travelled in time, so did the clock that counts those seconds:
    what was read "tomorrow" would be believed by every test that follows.
    """
    yield
    generation._seen = turns._known = None
    asked._waiting.clear()
    asked._flushed = time.monotonic()
    vocabularies._read.clear()


ASK_A_DATABASE = {"db", "transactional_db", "django_db_setup", "rows_of_the_file", "live_server"}


def _in_kazakh(item: pytest.Item) -> str:
    """The name that a test of a page in Russian or English has in Kazakh."""
    return re.sub(r"(?<=[\[-])(ru|en)(?=[\]-])", "kk", item.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes share the files; tests that empty the tables come last, all in one process.

    What follows such a test lacks the rows that migrations write (Wagtail's root page, …).

    What a second database teaches nothing about is marked: a test that asks none, and one that
    stands beside the same test in Kazakh.
    """
    told = {item.nodeid for item in items}
    for item in items:
        if _in_kazakh(item) in told - {item.nodeid}:
            item.add_marker(pytest.mark.other_language)
        mark = item.get_closest_marker("django_db")
        empties = mark is not None and mark.kwargs.get("transaction")
        asks = ASK_A_DATABASE & set(getattr(item, "fixturenames", ()))
        if mark is None and not asks:
            item.add_marker(pytest.mark.pure)
        if item.get_closest_marker("faults"):
            # Platforms start in it and leases run out: what it takes says nothing of the machine.
            full = os.environ.get("FAULTS") == "full"
            item.add_marker(pytest.mark.timeout(0 if full else 1800))
        group = "empties the tables" if empties else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
