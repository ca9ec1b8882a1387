"""The embedded profile on a folder of its own; DATABASE_URL and BROKER_URL choose real servers."""

import atexit
import os
import shutil
import tempfile

if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="coalition-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from coalition.settings.embedded import *  # noqa: F403 - VAR_DIR is set before it is read
from coalition.settings.embedded import DATABASES, STORAGES, VAR_DIR

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
