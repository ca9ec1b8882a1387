"""Production refuses what suits one machine only; addresses are read as documented."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from coalition.settings import env

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "coalition.settings.production",
    "SECRET_KEY": "k" * 24 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "coalition.example",
    "SITE_URL": "https://coalition.example",
    "DATABASE_URL": "postgres://user:secret@db.example/coalition",
    "BROKER_URL": "redis://redis.example/0",
    "CACHE_URL": "redis://redis.example/1",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example",
    "MAIL_SIGNED_BY_RELAY": "1",
    "SEARCH_URL": "tantivy:///srv/search",
    "SINGLE_HOST": "1",
}


def check_deploy(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    given = {**PRODUCTION, **changes, "VAR_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_whole_production_settings_pass_the_deployment_check(tmp_path: Path) -> None:
    done = check_deploy(tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": "sqlite:////srv/db.sqlite3"}, "DATABASE_URL"),
        ({"BROKER_URL": "filesystem://localhost//"}, "BROKER_URL"),
        ({"EMAIL_URL": "file:///srv/mail"}, "EMAIL_URL"),
        ({"SINGLE_HOST": "0"}, "SEARCH_URL"),
        ({"CACHE_URL": "locmem://"}, "CACHE_URL"),
        ({"DEMO_LOGINS": "1"}, "DEMO_LOGINS"),
        ({"SECOND_FACTOR": "0"}, "SECOND_FACTOR"),
    ],
)
def test_production_refuses_what_suits_one_machine_only(
    tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    done = check_deploy(tmp_path, **changes)
    assert done.returncode != 0
    assert f"- {sentence}" in done.stderr


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(PRODUCTION["SECRET_KEY"])
    done = check_deploy(tmp_path, SECRET_KEY="", SECRET_KEY_FILE=str(secret))
    assert done.returncode == 0, done.stderr


def test_a_kept_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = env.kept_secret(tmp_path / "key")
    assert len(first) >= 40
    assert env.kept_secret(tmp_path / "key") == first
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_addresses_choose_the_outside_things() -> None:
    assert env.cache("redis://r/1")["BACKEND"].endswith("RedisCache")
    assert env.cache("file:///srv/c")["OPTIONS"] == {"MAX_ENTRIES": 20_000}
    assert env.delivery("smtps://u%40x:p%3A@m.example?timeout=5") == {
        "kind": "smtp",
        "host": "m.example",
        "port": 465,
        "username": "u@x",
        "password": "p:",
        "use_tls": False,
        "use_ssl": True,
        "timeout": 5.0,
    }


def test_an_address_says_all_of_a_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    url = f"elasticsearch+https://u:p%40@one:9201,two/site-1?shards=2&replicas=1&ca={ca}"
    assert env.search(url) == {
        "engine": "elasticsearch",
        "hosts": ["https://one:9201", "https://two:9200"],
        "index": "site-1",
        "username": "u",
        "password": "p@",
        "api_key": "",
        "ca": str(ca),
        "shards": 2,
        "replicas": 1,
    }
    monkeypatch.setenv("SEARCH_API_KEY", "key")
    plain = env.search("elasticsearch+http://[::1]")
    assert plain["hosts"] == ["http://[::1]:9200"]
    assert (plain["index"], plain["api_key"], plain["replicas"]) == ("coalition", "key", None)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("h/Upper", "no index name"),
        ("h/i?shards=0", "shards"),
        ("h/i?replicas=-1", "replicas"),
        ("h/i?ca=/none", "no file /none"),
        ("h/i?verify=no", "unknown options: verify"),
        ("/i", "names no host"),
    ],
)
def test_an_address_of_a_cluster_that_cannot_be_followed_is_refused(rest: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        env.search(f"elasticsearch+https://{rest}")


@pytest.mark.parametrize("reader", [env.cache, env.delivery, env.search])
def test_an_unknown_scheme_is_refused_with_what_is_known(reader: object) -> None:
    assert callable(reader)
    with pytest.raises(ImproperlyConfigured, match="unknown scheme 'gopher'; use "):
        reader("gopher://example")
