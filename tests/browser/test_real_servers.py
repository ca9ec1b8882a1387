"""Real servers: both show a change within two seconds; a flood stops nobody else."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import ROOT, Site, free_port

WRITER = """
import sys, time
import django; django.setup()
from monitoring.vocabulary.models import Topic
topic = Topic.objects.get(slug="elections")
print("ready", flush=True)
for line in sys.stdin:
    Topic.objects.filter(pk=topic.pk).update(name_kk=line.strip())
    print(time.time(), flush=True)
"""


@pytest.fixture
def second(site: Site) -> Iterator[Site]:
    """Another gunicorn on the same folder: it shares the database and the cache, no memory."""
    port = free_port()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "coalition.wsgi", "--threads", "4"),
            *("--bind", f"127.0.0.1:{port}", "--no-control-socket"),
        ],
        cwd=ROOT,
        env=dict(site.environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    other = Site(f"http://127.0.0.1:{port}", site.folder)
    try:
        for _ in range(300):
            try:
                if other.get("/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield other
    finally:
        server.terminate()
        server.wait(20)


def test_a_change_by_a_third_process_is_seen_by_both_within_two_seconds(
    site: Site, second: Site
) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        cwd=ROOT,
        env=dict(site.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin
    assert writer.stdout
    path = "/kk/zandar/"
    try:
        assert writer.stdout.readline() == "ready\n"
        for word in ("бірінші сөз", "екінші сөз", "үшінші сөз"):
            for server in (site, second):
                server.get(path)
                assert word not in server.get(path)[1].decode()
            writer.stdin.write(word + "\n")
            writer.stdin.flush()
            written = float(writer.stdout.readline())
            for server in (site, second):
                while word not in server.get(path)[1].decode():
                    assert time.time() - written < 2, f"{server.url} still shows the old page"
                    time.sleep(0.02)
            print(f"seen by both after {time.time() - written:.2f} s")
    finally:
        writer.stdin.close()
        writer.wait(20)


def _ask(site: Site, path: str, source: str) -> int:
    link = http.client.HTTPConnection(
        urlsplit(site.url).netloc, timeout=20, source_address=(source, 0)
    )
    try:
        link.request("GET", path)
        return link.getresponse().status
    finally:
        link.close()


def test_a_flood_of_searches_gets_429_while_another_searches_and_reads(site: Site) -> None:
    """400 searches in a row from one address; beside it another opens pages and searches."""
    flood: Counter[int] = Counter()
    reader: list[int] = []

    def run() -> None:
        for number in range(400):
            flood[_ask(site, f"/kk/izdeu/?q=a{number}", "127.0.0.2")] += 1

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive() and len(reader) < 40:
        path = f"/kk/izdeu/?q=b{len(reader)}" if len(reader) % 2 else "/kk/zandar/"
        reader.append(_ask(site, path, "127.0.0.3"))
        time.sleep(0.05)
    thread.join()
    assert set(reader) == {200}
    assert flood.keys() == {200, 429}
    assert flood[429] > 200
