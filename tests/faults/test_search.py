"""The search engine dies, freezes, fills up and flaps; readers hardly notice, nothing is lost.

Quick: a few hundred edits. FAULTS=full: 5,000 edits, a minute of load, a cluster of three.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connections
from pytest_django import Settings

from coalition.settings import env
from monitoring.core import clock
from monitoring.core.models import Lease
from monitoring.search import backends, indexing, kinds
from monitoring.search.backends import get_backend
from monitoring.search.backends.elasticsearch import ElasticsearchBackend
from monitoring.search.models import Build, OutboxRow, Synonym
from monitoring.search.query import Query
from monitoring.search.selectors import Results, search
from monitoring.search.services import touch
from tests.factories.engines import server_settings, server_url
from tests.factories.search import Notes, change_note, make_note
from tests.faults.elastic import Door, Server, certify, free_port

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

FULL = os.environ.get("FAULTS") == "full"
EDITS = 5_000 if FULL else 300
SECONDS = 60 if FULL else 4
RECORDS = 2_000 if FULL else 200
"""Records of which an index is made anew under load."""
BUDGET = 1.5
"""Seconds within which a reader has an answer, whatever the engine does."""
ENGINES = ["embedded", "elasticsearch"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server_url()  # who has one can start one
    made = Server(tmp_path_factory.mktemp("elastic"))
    yield made
    made.stop()


@pytest.fixture
def door(server: Server) -> Iterator[Door]:
    made = Door(server.urls[0])
    yield made
    made.close()


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    made = Notes()
    monkeypatch.setattr(kinds, "_registry", kinds._Registry())
    kinds.register(made.kind())
    return made


@pytest.fixture
def engine(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, notes: Notes) -> str:
    """The engine of a test, by its name; Elasticsearch behind the door."""
    name = str(getattr(request, "param", "elasticsearch"))
    if name == "embedded":
        settings.SEARCH = {"engine": "embedded", "directory": str(tmp_path / "search")}
    else:
        settings.SEARCH = server_settings(request.getfixturevalue("door").url)
    return name


def in_time(text: str) -> Results:
    began = time.monotonic()
    results = search(Query.parse(text), "kk")
    took = time.monotonic() - began
    assert took < BUDGET, f"{took:.2f} s"
    return results


def served(text: str) -> Results:
    """The engine's own answer, once it is warm and nobody remembers that it was away."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        results = in_time(text)
        if not results.notices:
            return results
        time.sleep(0.5)
    pytest.fail("the engine does not answer again")


def settle(seconds: float = 60) -> None:
    """Sweeps, as the scheduler rings them, until nothing waits."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        Lease.objects.update(until=clock.now())
        indexing.run()
        if not OutboxRow.objects.exists() and not Build.objects.filter(state="building").exists():
            return
        time.sleep(0.3)
    pytest.fail(f"{OutboxRow.objects.count()} changes still wait after {seconds} s")


def index_is_the_database() -> None:
    build = Build.objects.get(state=Build.State.CURRENT)
    kind = kinds.get("note")
    assert kind is not None
    meant = {document.key: document.version for document in kinds.documents(kind)}
    assert get_backend().versions(build.name) == meant


def fill_the_disk(server: Server) -> None:
    """What the server does to every index at the flood stage; FULL waits until it does so."""
    if not FULL:
        server.ask("PUT", "/test-*/_settings", '{"index.blocks.read_only_allow_delete":true}')
        return
    marks = '"cluster.routing.allocation.disk.watermark'
    server.ask(
        "PUT", "/_cluster/settings",
        '{"transient":{"cluster.routing.allocation.disk.threshold_enabled":true,'
        f'{marks}.low":"100000gb",{marks}.high":"99999gb",{marks}.flood_stage":"99998gb"}}}}',
    )  # fmt: skip
    until = time.monotonic() + 60
    while "read_only_allow_delete" not in server.ask("GET", "/test-*/_settings"):
        assert time.monotonic() < until
        time.sleep(1)


def empty_the_disk(server: Server) -> None:
    if not FULL:
        server.ask("PUT", "/test-*/_settings", '{"index.blocks.read_only_allow_delete":null}')
        return
    server.ask("PUT", "/_cluster/settings", '{"transient":{"cluster.*":null}}')


FAULTS: dict[str, tuple[Callable[[Server, Door], None], Callable[[Server, Door], None]]] = {
    "killed": (lambda s, _: s.kill(), lambda s, _: s.start()),
    "frozen": (lambda s, _: s.freeze(), lambda s, _: s.thaw()),
    "red": (lambda _, d: d.say("503"), lambda _, d: d.say("pass")),
    "answering 429": (lambda _, d: d.say("429"), lambda _, d: d.say("pass")),
    "dripping": (lambda _, d: d.say("drip"), lambda _, d: d.say("pass")),
    "disk full": (lambda s, _: fill_the_disk(s), lambda s, _: empty_the_disk(s)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reader_is_answered_in_time_and_the_index_catches_up_by_itself(
    server: Server, door: Door, engine: str, fault: str
) -> None:
    first, second = make_note("Мәслихаттың сессиясы"), make_note("Әкімнің есебі")
    settle()
    before = Build.objects.get(state=Build.State.CURRENT)
    assert served("сессиясы").hits
    hurt, heal = FAULTS[fault]
    hurt(server, door)
    try:
        for _ in range(2):  # the second reader does not wait at all
            results = in_time("сессия")
            assert [hit.title for hit in results.hits] == ["Мәслихаттың сессиясы"]
            assert bool(results.notices) == (fault != "disk full")
        change_note(first, "Бюджет туралы шешім")
        Synonym.objects.filter(pk=second.pk).update(reviewed=False)
        touch("note", [second.pk])
        indexing.run()
        assert OutboxRow.objects.exists()
        assert in_time("әкім").hits == ()  # not public any more, whatever the index says
        if fault != "disk full":
            assert [hit.id for hit in in_time("бюджет").hits] == [first.pk]
    finally:
        heal(server, door)
    settle(90)
    index_is_the_database()
    assert [hit.id for hit in served("бюджет").hits] == [first.pk]
    assert Build.objects.get(state=Build.State.CURRENT) == before  # nothing was made anew


def test_after_one_slow_answer_the_others_have_the_engine_again_as_soon_as_it_answers(
    server: Server, engine: str
) -> None:
    make_note("Мәслихаттың сессиясы")
    settle()
    assert served("сессия").hits
    threading.Timer(1.4, server.thaw).start()
    server.freeze()
    assert in_time("сессия").notices
    time.sleep(0.7)  # it answers again; without asking on nobody would be let in for two seconds
    assert not in_time("сессия").notices


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_after_any_edits_with_a_flapping_engine_the_index_is_the_database(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    draw = random.Random(11)
    words = ["бюджет", "сессия", "әкім", "жол", "мектеп", "су", "жер", "шешім"]
    rows: list[Synonym] = []

    def flap() -> None:
        if engine == "elasticsearch":
            door = request.getfixturevalue("door")
            door.mode = draw.choice(["pass", "pass", "pass", "429", "shut"])
        elif draw.random() < 0.1:
            shutil.rmtree(tmp_path / "search", ignore_errors=True)

    for number in range(EDITS):
        dice = draw.random()
        if dice < 0.4 or not rows:
            rows.append(make_note(f"{draw.choice(words)} {number}"))
        elif dice < 0.7:
            change_note(draw.choice(rows), f"{draw.choice(words)} {number}")
        elif dice < 0.8:
            # Hidden and shown again under the same version, or an older one, as after a restore.
            row = draw.choice(rows)
            row.reviewed = not row.reviewed
            row.terms_en = str(max(1, int(row.terms_en or 1) - draw.choice((0, 1))))
            row.save()
            touch("note", [row.pk])
        else:
            row = rows.pop(draw.randrange(len(rows)))
            pk = row.pk
            row.delete()
            touch("note", [pk])
        if number % 7 == 0:
            flap()
            Lease.objects.update(until=clock.now())
            indexing.run()
        if number % 50 == 0:
            in_time(draw.choice(words))
    if engine == "elasticsearch":
        request.getfixturevalue("door").mode = "pass"
    began = time.monotonic()
    settle(300)
    index_is_the_database()
    assert indexing.reconcile() == 0
    print(f"{engine}: {EDITS} edits, equal {time.monotonic() - began:.1f} s after the last")


class Process:
    """Work done again and again in a process of its own, as the site's and the worker's is."""

    def __init__(self, work: Callable[[int], bool], rate: float) -> None:
        connections.close_all()
        read, write = os.pipe()
        self.pid, self._said = os.fork(), read
        if self.pid:
            os.close(write)
            return
        result: dict[str, Any] = {"error": "ended"}
        try:
            backends._embedded.cache_clear()
            backends._elasticsearch.cache_clear()
            result = self._repeat(work, rate)
        except BaseException as error:  # it must be told, and must not run the tests' own end
            result = {"error": repr(error)}
        finally:
            os.write(write, json.dumps(result).encode())
            os._exit(0)

    @staticmethod
    def _repeat(work: Callable[[int], bool], rate: float) -> dict[str, Any]:
        """At the asked rate, catching up after a slow one; until SIGTERM."""
        stop: list[int] = []
        signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
        began = time.monotonic()
        took: list[float] = []
        wrong = 0
        while not stop:
            late = time.monotonic() - began - len(took) / rate
            time.sleep(max(0.0, -late))
            at = time.monotonic()
            wrong += not work(len(took))
            took.append(time.monotonic() - at)
        took.sort()
        slow = [round(took[len(took) * part // 100], 3) for part in (50, 95)] if took else []
        seconds = time.monotonic() - began
        return {"done": len(took), "wrong": wrong, "rate": len(took) / seconds, "slow": slow}

    def end(self) -> dict[str, Any]:
        os.kill(self.pid, signal.SIGTERM)
        with os.fdopen(self._said, "rb") as said:
            result: dict[str, Any] = json.loads(said.read())
        os.waitpid(self.pid, 0)
        return result


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_a_rebuild_under_load_fails_no_search_and_loses_nothing(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Searches, writes and the indexer each in a process of their own, as in life."""
    monkeypatch.setattr(indexing, "BATCH", 100 if FULL else 50)
    rows = [make_note(f"Мәслихат шешімі {number}") for number in range(RECORDS)]
    settle(300)
    first = Build.objects.get(state=Build.State.CURRENT)
    assert served("мәслихат").hits

    def read(_: int) -> bool:
        results = search(Query.parse("мәслихат"), "kk")
        return not results.notices and bool(results.hits)

    def write(at: int) -> bool:
        if at % 10 == 0 and len(rows) > 100:
            row = rows.pop(at % len(rows))
            pk = row.pk
            row.delete()
            touch("note", [pk])
        elif at % 10 == 1:
            rows.append(make_note(f"Мәслихат жаңа шешімі {at}"))
        else:
            change_note(rows[at % len(rows)], f"Мәслихат {at} шешімі")
        return True

    def index(_: int) -> bool:
        indexing.run()
        return True

    indexing.request_build()
    began = time.monotonic()
    ready: list[float] = []
    running = {
        "searches": Process(read, 20), "writes": Process(write, 50), "rounds": Process(index, 20),
    }  # fmt: skip
    try:
        while time.monotonic() < began + SECONDS:
            time.sleep(0.2)
            if not Build.objects.filter(state="building").exists():
                ready.append(round(time.monotonic() - began, 1))
                indexing.request_build()
    finally:
        said = {name: one.end() for name, one in running.items()}
    began = time.monotonic()
    settle()
    print(f"\n{engine}: {RECORDS} records, {SECONDS} s, a new index in use after {ready} s")
    for name, result in said.items():
        print(f"  {name}: {result}")
    print(f"  settled {time.monotonic() - began:.1f} s later")
    assert [result for result in said.values() if "error" in result or result["wrong"]] == []
    assert said["searches"]["done"]
    assert said["writes"]["done"]
    assert Build.objects.get(state=Build.State.CURRENT) != first
    index_is_the_database()


POINTS = [
    "ensure_build", "read_records", "_write_titles", "_write", "_lost", "_step", "take_over",
    "forget", "reconcile",
]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_an_indexer_killed_at_any_point_is_followed_by_one_that_finishes(engine: str) -> None:
    rows = [make_note(f"Мәслихат шешімі {number}") for number in range(6)]
    settle()
    settled_at = 0
    for point in POINTS:
        for after in (False, True):
            indexing.request_build()
            change_note(rows[settled_at % 5], f"Жаңа {point} {after}")
            if settled_at % 3 == 0:
                make_note(f"Мәслихат тағы {settled_at}")
            settled_at += 1
            assert killed_at(point, after=after), point
            settle()
            index_is_the_database()


def killed_at(point: str, *, after: bool) -> bool:
    """Run the indexer in a child that dies at a named function; whether it died there."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            backends._embedded.cache_clear()
            backends._elasticsearch.cache_clear()
            real = getattr(indexing, point)

            def dies(*args: object, **options: object) -> None:
                if after:
                    real(*args, **options)
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(indexing, point, dies)
            Lease.objects.update(until=clock.now())
            indexing.run()
            indexing.reconcile()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.fixture
def cluster(tmp_path: Path, notes: Notes) -> Iterator[Server]:
    server_url()
    made = Server(tmp_path, nodes=3)
    yield made
    made.stop()


THREE = pytest.mark.skipif(not FULL, reason="three nodes take a minute: FAULTS=full")


@THREE
def test_a_cluster_of_three_with_one_killed_answers_throughout(
    cluster: Server, settings: Settings
) -> None:
    settings.SEARCH = server_settings(cluster.urls[0], hosts=cluster.urls, replicas=1, shards=2)
    for number in range(50):
        make_note(f"Мәслихат шешімі {number}")
    settle()
    cluster.ask("GET", "/_cluster/health?wait_for_status=green&timeout=30s")
    took: list[float] = []
    for number in range(300):
        if number == 50:
            cluster.kill(2)
        if number == 150:
            make_note("Мәслихат соңғы шешімі")
            indexing.run()
        began = time.monotonic()
        results = search(Query.parse("мәслихат"), "kk")
        took.append(time.monotonic() - began)
        assert not results.notices, number
        assert results.total >= 50
        time.sleep(0.02)
    settle()
    index_is_the_database()
    took.sort()
    print(f"one of three killed: 300 searches, p95 {took[285]:.3f} s, slowest {took[-1]:.3f} s")


@THREE
def test_an_index_whose_only_copy_died_with_its_node_is_answered_by_the_database(
    cluster: Server, settings: Settings
) -> None:
    asked = server_settings(cluster.urls[0], hosts=cluster.urls, replicas=0, shards=1)
    settings.SEARCH = asked
    row = make_note("Мәслихаттың сессиясы")
    settle()
    before = Build.objects.get(state=Build.State.CURRENT)
    assert served("сессиясы").hits
    shards = cluster.ask("GET", f"/_cat/shards/{asked['index']}-*?h=node&format=json")
    (holder,) = {int(one["node"].removeprefix("node-")) for one in json.loads(shards)}
    cluster.kill(holder - 1)
    other = holder % 3  # the number of another node
    until = time.monotonic() + 60
    path = f"/_cluster/health/{asked['index']}-*?timeout=5s"
    while json.loads(cluster.ask("GET", path, node=other))["status"] != "red":
        assert time.monotonic() < until
        time.sleep(0.5)
    took = []
    for _ in range(5):
        began = time.monotonic()
        results = in_time("сессия")
        took.append(time.monotonic() - began)
        assert [hit.title for hit in results.hits] == ["Мәслихаттың сессиясы"]
        assert results.notices
    change_note(row, "Бюджет туралы шешім")
    indexing.run()
    assert OutboxRow.objects.exists()
    print(f"red for real: the database answered, slowest {max(took):.3f} s")
    cluster.start()
    settle(120)
    index_is_the_database()
    assert served("бюджет").hits
    assert Build.objects.get(state=Build.State.CURRENT) == before


def test_the_address_names_hosts_user_authority_index_shards_and_copies(
    tmp_path: Path, settings: Settings, notes: Notes
) -> None:
    server_url()
    secure = Server(tmp_path, password="құпия/@:1", ssl=True)
    try:
        port, dead = secure.port, free_port(1)
        secret = quote("құпия/@:1", safe="")
        hosts = f"127.0.0.1:{dead},127.0.0.1:{port}"

        def address(user: str = f"elastic:{secret}", ca: Path = secure.ca) -> str:
            return f"elasticsearch+https://{user}@{hosts}/site-7?shards=3&replicas=0&ca={ca}"

        settings.SEARCH = env.search(address())
        make_note("Мәслихаттың сессиясы")
        settle()
        assert served("сессия").hits
        backend = get_backend()
        assert isinstance(backend, ElasticsearchBackend)
        (made,) = backend._client.indices.get(index="site-7-*").values()
        assert made["settings"]["index"]["number_of_shards"] == "3"
        assert made["settings"]["index"]["number_of_replicas"] == "0"
        key = backend._client.security.create_api_key(name="site")["encoded"]
        settings.SEARCH = {**env.search(address("nobody:wrong")), "username": "", "api_key": key}
        assert served("сессия").hits
        other = tmp_path / "other"
        certify(other)
        for wrong in (address("elastic:wrong"), address(ca=other / "node-1/config/http.crt")):
            settings.SEARCH = env.search(wrong)
            assert [hit.title for hit in in_time("сессия").hits] == ["Мәслихаттың сессиясы"]
            assert in_time("сессия").notices
            assert "wrong" not in str(get_backend().options())
            said = indexing.health()[1]
            assert secret not in said
    finally:
        secure.stop()
