"""The embedded profile on a folder of its own; DATABASE_URL and BROKER_URL choose real servers."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_MADE = "coalition-test-"
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
"""Two test processes at once share neither a folder nor a key of the cache."""

if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix=_MADE)
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
elif _WORKER and Path(os.environ["VAR_DIR"]).name.startswith(_MADE):
    os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"]) / _WORKER)

from coalition.settings.embedded import *  # noqa: E402, F403 - VAR_DIR is set before it is read
from coalition.settings.embedded import CACHES, DATABASES, STORAGES, VAR_DIR  # noqa: E402 - so too

CACHES["default"]["KEY_PREFIX"] = _WORKER

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in a real run: a database in memory has one connection and hides lock errors.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns without it
SECRET_KEY = "a secret of the tests alone, long enough for every check of it"  # noqa: S105 - not one
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests sign in often
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DEMO_LOGINS = False  # tests that want them switch them on
CELERY_TASK_ALWAYS_EAGER = False
DOORBELLS = False
"""Doorbells are silent in tests, which run sweeps by hand; tests of the worker switch them on."""
PAGE_CACHE_SECONDS = 0
"""Tests roll their rows back, generations too; tests of the cache switch it on."""
ASKED_A_MINUTE = 0
"""Likewise: hundreds of tests ask from one address."""
SECOND_FACTOR = False
"""Likewise: tests sign in by the dozen; those of the second factor switch it on."""
NEUTRAL_ANSWER_SECONDS = 0.0
"""Likewise; the test of it sets it."""
