"""Chromium of the system, and the whole site as a process of its own on a fresh seeded folder.

A test that only reads asks for `site` and `open_page`. A flow that needs rows of its own asks for
pytest-django's `live_server` and `browser_page`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import kept

# Playwright's sync interface keeps an event loop in this thread, and Django then refuses every
# query of a test as "async". The tests themselves are synchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ADMIN = ("look@example.org", "a password of the tests alone")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def chromium() -> str:
    """The path of Chromium; skips with the line that mends it, or fails where `CI` is set."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name) if name else None
        if found:
            return found
    sentence = "Chromium is not here; get it with: sudo apt-get install chromium"
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session; pages are made and closed by each test."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """An empty page on a phone's screen, with cookies of its own."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="kk-KZ")
    yield context.new_page()
    context.close()


OpenPage = Callable[..., AbstractContextManager[Page]]


@pytest.fixture
def open_page(browser: Browser, site: Site) -> OpenPage:
    """`with open_page("/kk/", width=390, dark=False) as page:` a page of the site, loaded."""

    @contextmanager
    def opened(
        path: str, *, width: int = 390, dark: bool = False, **options: Any
    ) -> Iterator[Page]:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if dark else "light",
            **options,
        )
        page = context.new_page()
        page.goto(site.url + path)
        try:
            yield page
        finally:
            context.close()

    return opened


@dataclass(frozen=True)
class Site:
    """The running site: where it answers and where it keeps its files."""

    url: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def shell(self, code: str) -> str:
        """Run code among the site's own rows, as a process beside it; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", code],
            cwd=ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of one page, as it travels (nothing is unpacked)."""
        request = urllib.request.Request(self.url + path, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The embedded profile as people run it: migrated, seeded, hashed static files, gunicorn."""
    chromium()  # without it nothing below is worth a minute
    folder = tmp_path_factory.mktemp("site")
    outside = ("DATABASE_URL", "SEARCH_URL", "BROKER_URL", "EMAIL_URL", "CACHE_URL")
    environment = {key: value for key, value in os.environ.items() if key not in outside} | {
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "coalition.settings.embedded",
        "DEBUG": "0",
        "SECOND_FACTOR": "0",  # its own journey: test_second_factor.py
    }

    def manage(*words: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {words[0]}: {done.stdout}{done.stderr}"

    if not kept.copy_seeded(folder):
        manage("migrate", "--verbosity", "0")
        manage("seed")
        manage("collectstatic", "--noinput", "--verbosity", "0")
    manage(
        "shell",
        "--command",
        "from django.contrib.auth import get_user_model as g; "
        f"g().objects.create_superuser(email={ADMIN[0]!r}, password={ADMIN[1]!r})",
    )
    port = free_port()
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "coalition.wsgi"),
            *("--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"),
        ],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    running = Site(f"http://127.0.0.1:{port}", folder, environment)
    try:
        _await(running, server)
        yield running
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sign_in(page: Page, site: Site) -> None:
    """The administrator of these tests, through the one door, to the admin's first page."""
    page.goto(f"{site.url}/admin/", wait_until="networkidle")
    page.fill("input[name=login]", ADMIN[0])
    page.fill("input[name=password]", ADMIN[1])
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    assert urlsplit(page.url).path == "/admin/"


def _await(running: Site, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            if running.get("/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the site did not start: {(running.folder / 'server.log').read_text()}")
