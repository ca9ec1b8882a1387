"""No request ever reaches an address that is not public: seen by an audit hook on the connection.

The child process asks every address of the table: as it stands, behind a name, behind a redirect
of a public site, and behind a name whose second answer differs from its first (rebinding).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.server import Handler, Site
from tests.evidence.test_addresses import PRIVATE

ROOT = Path(__file__).resolve().parent.parent.parent
PUBLIC = "93.184.215.14"
SPELLINGS = [
    "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "017700000001",
    "１２７.0.0.1", "127。0。0。1", "[::1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fec0::1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "[2a00:1450::5efe:7f00:1]", "localhost", "a.localhost", "169.254.169.254", "3232235777",
]  # fmt: skip


@pytest.fixture
def stand_in() -> Iterator[Site]:
    """What a public site answers: /to/N sends on to the N-th address."""
    one = Site()
    yield one
    one.close()


def _sends_to(target: str) -> Any:
    def route(handler: Handler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.send_header("Connection", "close")  # the next request resolves the name anew
        handler.end_headers()

    return route


def test_no_forbidden_address_is_ever_connected_to(stand_in: Site) -> None:
    cases: list[dict[str, Any]] = []

    def case(name: str, url: str, **names: list[list[str]]) -> None:
        cases.append({"name": name, "url": url, "names": dict(names)})

    for spelling in SPELLINGS:
        case(f"spelled {spelling}", f"http://{spelling}/feed")
    for number, address in enumerate(PRIVATE):
        bare = address.partition("%")[0]
        literal = f"[{bare}]" if ":" in bare else bare
        case(f"as it stands {address}", f"http://{literal}/feed")
        case(f"behind a name {address}", "http://inner/feed", inner=[[address]])
        case(f"among public ones {address}", "http://mixed/feed", mixed=[[PUBLIC, address]])
        stand_in.routes[f"/to/{number}"] = _sends_to(f"http://{literal}/feed")
        case(f"behind a redirect {address}", f"http://outer/to/{number}", outer=[[PUBLIC]])
        # The first answer is public, the second is not: robots.txt and page ask once each.
        stand_in.routes[f"/again/{number}"] = _sends_to(f"http://rebound/to/{number}")
        case(f"rebound {address}", f"http://rebound/again/{number}", rebound=[[PUBLIC], [address]])
    told = {"stand_in": [stand_in.host, stand_in.port], "cases": cases}
    done = subprocess.run(
        [sys.executable, "-m", "tests.evidence.ssrf_child"],
        input=json.dumps(told), capture_output=True, text=True, cwd=ROOT, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = json.loads(done.stdout)
    assert len(outcomes) == len(cases)
    wrong = [one for one in outcomes if set(one["connected"]) - {PUBLIC}]
    assert wrong == []
    allowed = {"private_address", "dns", "connect", "timeout", "too_many_redirects"}
    assert {one["code"] for one in outcomes} <= allowed
    reached = sum(PUBLIC in one["connected"] for one in outcomes)
    assert reached >= 2 * len(PRIVATE), "the hook saw what does go out"
