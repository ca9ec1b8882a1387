"""Requests a second of our pages, kept and made anew, beside a stock Wagtail page in the same run.

`python -m tests.bench.bench_pages [SECONDS]`: two sites in a temporary folder, each one gunicorn
process of four threads on SQLite; two readers ask one after the other. What counts is the ratio:
seconds differ from machine to machine.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.kept import copy_kept, copy_seeded

ROOT = Path(__file__).resolve().parent.parent.parent
READERS = 2

STOCK = """
SECRET_KEY = "of the bench alone, long enough for every check of it, and never used"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "stock_urls"
INSTALLED_APPS = [
    "stock", "wagtail.sites", "wagtail.users", "wagtail.documents", "wagtail.images",
    "wagtail.search", "wagtail.admin", "wagtail", "modelcluster", "taggit",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "stock.sqlite3"}}
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WAGTAIL_SITE_NAME = "stock"
WAGTAILADMIN_BASE_URL = "http://localhost"
WSGI_APPLICATION = "stock_wsgi.application"
"""
FILES = {
    "stock_settings.py": STOCK,
    "stock_urls.py": "from django.urls import include, path\n"
    "from wagtail import urls\nurlpatterns = [path('', include(urls))]\n",
    "stock_wsgi.py": "from django.core.wsgi import get_wsgi_application\n"
    "application = get_wsgi_application()\n",
    "stock/__init__.py": "",
    "stock/models.py": "from wagtail.fields import RichTextField\n"
    "from wagtail.models import Page\n"
    "class TextPage(Page):\n    body = RichTextField()\n    template = 'stock/page.html'\n",
    "stock/migrations/__init__.py": "",
    "stock/templates/stock/page.html": "{% load wagtailcore_tags %}<!DOCTYPE html><title>{{ page }}"
    "</title><h1>{{ page }}</h1>{{ page.body|richtext }}<ul>{% for one in page.get_children.live %}"
    "<li><a href='{% pageurl one %}'>{{ one }}</a>{% endfor %}</ul>",
}
FILL = """
from stock.models import TextPage
from wagtail.models import Page, Site
root = Page.objects.get(depth=1)
Page.objects.filter(depth=2).delete(); root.refresh_from_db()
home = root.add_child(instance=TextPage(title="Home", slug="home", body="<p>Text.</p>" * 40))
for number in range(10):
    home.add_child(instance=TextPage(title=f"Page {number}", body="<p>Text.</p>"))
Site.objects.all().delete()
Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
"""


def _run(folder: Path, environment: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def _served(folder: Path, environment: dict[str, str], application: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", application, "--threads", "4"]
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "--no-control-socket"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def rate(port: int, path: str, seconds: float) -> float:
    """Answers with status 200 a second, asked by READERS at once. Raises for another status."""
    counts: list[int] = []
    failures: list[int] = []

    def read() -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        done, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            link.request("GET", path, headers={"Host": "localhost"})
            answer = link.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(answer.status)
                break
            done += 1
        counts.append(done)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{path} answered {failures}")
    return sum(counts) / seconds


def _stock(folder: Path) -> dict[str, str]:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "stock_settings"}
    environment |= {"PYTHONPATH": str(folder)}
    _run(folder, environment, "-m", "django", "makemigrations", "stock")
    _run(folder, environment, "-m", "django", "migrate", "--verbosity", "0")
    _run(folder, environment, "-m", "django", "shell", "--command", FILL)
    return environment


def _ours(var: Path) -> dict[str, str]:
    var.mkdir()
    outside = ("DATABASE_URL", "SEARCH_URL", "BROKER_URL", "EMAIL_URL", "CACHE_URL")
    environment = {key: value for key, value in os.environ.items() if key not in outside}
    environment |= {"VAR_DIR": str(var), "DEBUG": "0", "ASKED_A_MINUTE": "0"}
    environment["DJANGO_SETTINGS_MODULE"] = "coalition.settings.embedded"
    if copy_seeded(var):
        return environment
    copy_kept(var / "db.sqlite3")
    for words in (
        ("migrate", "--verbosity", "0"),
        ("seed",),
        ("collectstatic", "--noinput", "--verbosity", "0"),
    ):
        _run(ROOT, environment, "manage.py", *words)
    return environment


def main() -> int:
    """Print the rates and their ratios."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    with tempfile.TemporaryDirectory() as folder:
        stock, var = Path(folder) / "stock", Path(folder) / "var"
        stock.mkdir()
        theirs, ours = _stock(stock), _ours(var)
        with (
            _served(stock, theirs, "stock_wsgi") as their_port,
            _served(ROOT, ours, "coalition.wsgi") as our_port,
        ):
            asked = {
                "stock Wagtail page": (their_port, "/"),
                "our home, kept": (our_port, "/kk/"),
                "our home, made anew": (our_port, "/kk/?unknown=1"),
                "our list of laws, kept": (our_port, "/kk/zandar/"),
                "our list of laws, made anew": (our_port, "/kk/zandar/?unknown=1"),
            }
            for port, path in asked.values():
                rate(port, path, 0.5)  # the first request of each fills caches
            rates = {name: rate(*where, seconds) for name, where in asked.items()}
    base = rates["stock Wagtail page"]
    for name, found in rates.items():
        print(f"{name:30} {found:8.0f} requests/s   {found / base:6.2f} × stock")
    return 0


if __name__ == "__main__":
    sys.exit(main())
