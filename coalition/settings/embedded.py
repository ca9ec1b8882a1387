"""One machine, no server: SQLite, tantivy, the file broker, mail as files. The default profile."""

from coalition.settings.base import *  # noqa: F403 - a profile is the base and its differences
from coalition.settings.base import VAR_DIR
from coalition.settings.env import cache, delivery, env, kept_secret, search

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = kept_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Measured: no "database is locked" at 8 writers; with Django's defaults 28 % of the
        # read-then-write transactions fail.
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

CACHES = {"default": cache(env.str("CACHE_URL", default=f"file://{VAR_DIR / 'cache'}"))}
SEARCH = search(env.str("SEARCH_URL", default=f"tantivy://{VAR_DIR / 'search'}"))
MAIL_DELIVERY = delivery(env.str("EMAIL_URL", default=f"file://{VAR_DIR / 'mail'}"))

CELERY_BROKER_URL = env.str("BROKER_URL", default="filesystem://localhost//")
if CELERY_BROKER_URL.startswith("filesystem:"):
    _BROKER = VAR_DIR / "broker"
    for _name in ("queue", "control", "done"):
        (_BROKER / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER / "queue"),
        "data_folder_out": str(_BROKER / "queue"),
        # Relative control folders land in the working directory.
        "control_folder": str(_BROKER / "control"),
        # Without a folder of its own every message passes through the system's temporary folder.
        "store_processed": True,
        "processed_folder": str(_BROKER / "done"),
        "polling_interval": 0.1,
    }

DEMO_LOGINS = env.bool("DEMO_LOGINS", default=True)
"""Logins to try the platform with, their passwords under VAR_DIR; never in production."""
