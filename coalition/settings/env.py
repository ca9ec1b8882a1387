"""What the environment may say, and how its addresses are read.

Five addresses choose the outside things: DATABASE_URL, SEARCH_URL, BROKER_URL, EMAIL_URL
and CACHE_URL. django-environ reads the first; it refuses the schemes that the others use
(`tantivy:`, `file:`) and would replace the outbox backend, so these have small readers here.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.FileAwareEnv()
"""Reads NAME, or the file that NAME_FILE names (for secrets)."""


def var_dir() -> Path:
    """The folder of everything a run creates; made at need, absolute."""
    path = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def kept_secret(path: Path) -> str:
    """The secret kept in `path`, made on first use, readable by its owner alone."""
    if not path.exists():
        # Written aside, then linked: of two first starts at once one wins, and neither reads half.
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        with open(aside, "w", opener=_private) as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    return path.read_text().strip()


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def cache(url: str) -> dict[str, Any]:
    """Django's CACHES entry for `file:///dir`, `redis://…` or `locmem://`.

    Raises ImproperlyConfigured for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": unquote(parts.path),
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    if parts.scheme in {"redis", "rediss", "unix"}:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
    if parts.scheme == "locmem":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    raise ImproperlyConfigured(
        f"CACHE_URL: unknown scheme {parts.scheme!r}; use file:///DIR or redis://HOST"
    )


def delivery(url: str) -> dict[str, Any]:
    """How mail leaves the outbox: `file:///dir`, `smtp://`, `smtp+tls://`, `smtps://`, `provider://`.

    Returns the keyword arguments of `monitoring.mailing.delivery`; user, password and port stand in
    the address (`smtp+tls://user:secret@mail.example:587?timeout=20`). A provider is one of
    django-anymail's by its name there (`provider://mailgun`); its keys stand in ANYMAIL.
    Raises ImproperlyConfigured for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {"kind": "file", "directory": unquote(parts.path)}
    if parts.scheme in {"smtp", "smtp+tls", "smtps"}:
        options = parse_qs(parts.query)
        return {
            "kind": "smtp",
            "host": parts.hostname or "localhost",
            "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": float(options.get("timeout", ["20"])[0]),
        }
    if parts.scheme == "provider" and (parts.netloc or "").replace("_", "").isalnum():
        return {"kind": "provider", "name": parts.netloc}
    raise ImproperlyConfigured(
        f"EMAIL_URL: unknown scheme {parts.scheme!r}; use file:///DIR, smtp://, smtp+tls://, "
        "smtps:// or provider://NAME"
    )


def search(url: str) -> dict[str, Any]:
    """Where the index lives: `tantivy:///dir` or `elasticsearch+https://user:secret@host:9200/index`.

    Returns `engine`, and `directory` or what `ElasticsearchBackend` takes. Several hosts of one
    cluster are parted by commas. Options: `shards` (1), `replicas` (one where there is a second
    node), `ca` (a file). User and secret, or an API key, may also stand in SEARCH_USERNAME,
    SEARCH_PASSWORD and SEARCH_API_KEY. Raises ImproperlyConfigured for what it cannot read.
    """
    parts = urlsplit(url)
    if parts.scheme == "tantivy":
        return {"engine": "embedded", "directory": unquote(parts.path)}
    if parts.scheme in {"elasticsearch+http", "elasticsearch+https"}:
        return {"engine": "elasticsearch", **_elasticsearch(parts)}
    raise ImproperlyConfigured(
        f"SEARCH_URL: unknown scheme {parts.scheme!r}; use tantivy:///DIR or elasticsearch+https://HOST/INDEX"
    )


def _elasticsearch(parts: SplitResult) -> dict[str, Any]:
    scheme = parts.scheme.partition("+")[2]
    user, _, network = parts.netloc.rpartition("@")
    username, _, password = user.partition(":")
    hosts = [host for host in network.split(",") if host]
    index = parts.path.strip("/") or "coalition"
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    unknown = sorted(set(options) - {"shards", "replicas", "ca"})
    numbers = [options[key] for key in ("shards", "replicas") if key in options]
    wrong = [
        sentence
        for failed, sentence in (
            (not hosts, "it names no host"),
            (not re.fullmatch("[a-z0-9][a-z0-9_-]{0,99}", index), f"{index!r} is no index name"),
            (unknown, f"unknown options: {', '.join(unknown)}"),
            (
                not all(number.isdecimal() for number in numbers) or options.get("shards") == "0",
                "shards and replicas are numbers",
            ),
            (
                "ca" in options and not Path(options.get("ca", "")).is_file(),
                f"there is no file {options.get('ca')}",
            ),
        )
        if failed
    ]
    if wrong:
        raise ImproperlyConfigured(f"SEARCH_URL: {'; '.join(wrong)}")
    return {
        "hosts": [f"{scheme}://{host}{'' if _PORT.search(host) else ':9200'}" for host in hosts],
        "index": index,
        "username": unquote(username) or env.str("SEARCH_USERNAME", default=""),
        "password": unquote(password) or env.str("SEARCH_PASSWORD", default=""),
        "api_key": env.str("SEARCH_API_KEY", default=""),
        "ca": options.get("ca", ""),
        "shards": int(options.get("shards", 1)),
        "replicas": int(options["replicas"]) if "replicas" in options else None,
    }


_PORT = re.compile(r":\d+$")
"""An address in brackets holds colons too, but ends with none."""
