"""The embedded profile on a folder of its own; DATABASE_URL and BROKER_URL choose real servers."""

import atexit
import os
import shutil
import tempfile

if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="coalition-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from coalition.settings.embedded import *  # noqa: F403 - VAR_DIR is set before it is read
from coalition.settings.embedded import STORAGES

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
