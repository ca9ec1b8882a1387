"""Servers chosen by addresses in the environment; refuses what only suits one machine."""

from django.core.exceptions import ImproperlyConfigured

from coalition.settings.base import *  # noqa: F403 - a profile is the base and its differences
from coalition.settings.base import SECOND_FACTOR
from coalition.settings.env import cache, delivery, env, search

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
DATABASES = {"default": env.db_url("DATABASE_URL", default="sqlite:///:memory:")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
CACHES = {"default": cache(env.str("CACHE_URL", default="locmem://"))}
SEARCH = search(env.str("SEARCH_URL", default="tantivy:///"))
MAIL_DELIVERY = delivery(env.str("EMAIL_URL", default="file:///"))
MAIL_ALLOWED_RECIPIENTS = env.list("MAIL_ALLOWED_RECIPIENTS", default=[]) or None
"""None: anybody. A staging machine on these settings names who may be mailed."""
CELERY_BROKER_URL = env.str("BROKER_URL", default="filesystem://localhost//")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A doorbell that a dead worker held is rung again after this; the sweep is sooner anyway.
    "visibility_timeout": 600,
}

_single_host = env.bool("SINGLE_HOST", default=False)
_refused = [
    sentence
    for refused, sentence in (
        (DEBUG, "DEBUG is on."),
        (len(SECRET_KEY) < 40, "SECRET_KEY (or SECRET_KEY_FILE) is missing or under 40 letters."),
        (not ALLOWED_HOSTS, "ALLOWED_HOSTS names no host."),
        (
            DATABASES["default"]["ENGINE"].endswith("sqlite3"),
            "DATABASE_URL is missing or SQLite; give postgres://…",
        ),
        (
            CELERY_BROKER_URL.startswith("filesystem:"),
            "BROKER_URL is missing or the file broker; give redis://…",
        ),
        (
            MAIL_DELIVERY["kind"] == "file",
            "EMAIL_URL is missing or a folder; give smtp+tls://…",
        ),
        (
            CACHES["default"]["BACKEND"].endswith("LocMemCache"),
            "CACHE_URL is missing; give redis://…",
        ),
        (
            env.bool("DEMO_LOGINS", default=False),
            "DEMO_LOGINS is on; the demonstration's logins have no second factor.",
        ),
        (not SECOND_FACTOR, "SECOND_FACTOR is off."),
        (
            SEARCH["engine"] == "embedded" and not _single_host,
            "SEARCH_URL is missing or tantivy; give elasticsearch+https://… or, where site and "
            "worker share one host, set SINGLE_HOST=1.",
        ),
        ("SITE_URL" not in env.ENVIRON, "SITE_URL (the public address, https://…) is missing."),
    )
    if refused
]
if _refused:
    raise ImproperlyConfigured("Production settings refused:\n- " + "\n- ".join(_refused))

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain HTTP on the host
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=True)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
