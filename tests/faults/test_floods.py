"""A flood of searches on a real server leaves the other pages usable.

Quick: 60 clients for a few seconds. FAULTS=full: 200 clients for half a minute.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from random import Random

import httpx
import pytest

from tests.demo.platform import ROOT, free_port, wait_for
from tests.faults.ground import FULL, PATIENCE, POSTGRES, Ground
from tests.kept import copy_seeded

pytestmark = pytest.mark.faults

CONFIGURATION = str(ROOT / "deploy/gunicorn.conf.py")
CLIENTS = 200 if FULL else 60
SECONDS = 30 if FULL else 6
NETWORKS = 20
LIMIT = "120" if FULL else "5"
"""ASKED_A_MINUTE: the quick profile must reach it on a machine that has no time."""
ENOUGH, PATIENT = 60, 120
"""Other pages to be asked for while searches are refused, and seconds after which it must do."""
PAGES = {"kk": "/kk/izdeu/", "ru": "/ru/poisk/", "en": "/en/search/"}
SENTENCE = {"kk": "Желіңізден тым көп сұрау", "ru": "слишком много запросов", "en": "Too many"}
OTHERS = ["/kk/", "/ru/zakony/", "/en/laws/", "/kk/zandar/", "/healthz"]
WORDS = ["мәслихат", "бюджет", "закон", "consultation", "кеңес", "слушания", "148-II", "zhol"]


@pytest.fixture
def address(ground: Ground) -> Iterator[str]:
    """The site with its facts and their index, served as it is in life; no worker beside it."""
    ground.environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    ground.environment.setdefault("ASKED_A_MINUTE", LIMIT)
    if POSTGRES or not copy_seeded(ground.folder):
        ground.manage("seed")
        ground.manage("sweep", "search.index")
    port = free_port()
    bound = ("--bind", f"127.0.0.1:{port}")
    server = ground.start("-m", "gunicorn", "--config", CONFIGURATION, *bound, "coalition.wsgi")

    def answers() -> bool:
        assert server.poll() is None, "the server ended by itself"
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/kk/", timeout=60).status_code == 200
        return False

    try:
        wait_for(answers, PATIENCE, "the first page")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(60)


def p95(times: list[float]) -> float:
    """Of 100 times the 95th shortest."""
    return sorted(times)[len(times) * 95 // 100]


def test_a_flood_of_searches_from_many_networks_leaves_other_pages_usable(
    address: str,
) -> None:
    stop = threading.Event()
    seen: Counter[tuple[str, int]] = Counter()
    unsaid: list[str] = []
    lock = threading.Lock()

    def flood(number: int) -> None:
        draw = Random(number)
        network = {"X-Forwarded-For": f"198.51.100.{number % NETWORKS}"}
        with httpx.Client(base_url=address, headers=network, timeout=60) as client:
            while not stop.is_set():
                language, page = draw.choice(list(PAGES.items()))
                # Half of them repeat one query, the others ask for something new each time.
                words = draw.choice(WORDS) + ("" if draw.random() < 0.5 else f" {draw.random()}")
                view = draw.choice(["", "", "suggest/", "results.json", "results.xml"])
                try:
                    answer = client.get(page + view, params={"q": words})
                except httpx.TransportError:
                    with lock:
                        seen["lost", 0] += 1
                    continue
                with lock:
                    seen["search", answer.status_code] += 1
                    if answer.status_code == 429 and (
                        "Retry-After" not in answer.headers
                        or (SENTENCE[language] not in answer.text)
                    ):
                        unsaid.append(view)

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(CLIENTS)]
    for one in threads:
        one.start()
    free: list[float] = []  # while networks still had searches left: lawful load
    took: list[float] = []
    answered: Counter[int] = Counter()
    began = time.monotonic()
    until = began + SECONDS
    reader = {"X-Forwarded-For": "203.0.113.7"}
    with httpx.Client(base_url=address, headers=reader, timeout=60) as client:
        while time.monotonic() < until or (
            len(took) < ENOUGH and time.monotonic() < began + PATIENT
        ):
            for path in OTHERS:
                refusing = bool(seen["search", 429])
                asked = time.monotonic()
                answered[client.get(path).status_code] += 1
                (took if refusing else free).append(time.monotonic() - asked)
            time.sleep(0.05)
        own = client.get(PAGES["kk"], params={"q": "мәслихат"})
    stop.set()
    for one in threads:
        one.join()
    lawful = NETWORKS * int(LIMIT) * (1 + (time.monotonic() - began) / 60)
    print(f"\n{CLIENTS} clients of {NETWORKS} networks, {LIMIT} a minute each: {dict(seen)}")
    for when, times in (("before the first refusal", free), ("after it", took)):
        if times:
            print(f"other pages {when}: {len(times)}, p95 {p95(times):.2f} s, max {max(times):.2f}")
    assert set(answered) == {200}
    assert own.status_code == 200  # a network that did not flood searches on
    assert {status for what, status in seen if what == "search"} <= {200, 429}
    assert seen["search", 429]
    assert seen["search", 200] <= lawful * 1.1
    assert unsaid == []
