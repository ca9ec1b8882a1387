"""A process that asks hostile addresses, and an audit hook that writes down every connection.

Run by `test_ssrf.py`: cases come as JSON on standard input (name, url, what each host name
resolves to, answer by answer, and the redirects that a public site would send); what was
connected to goes out as JSON. A public address is never really connected to: after the hook has
seen where a connection would go, it goes to the stand-in on loopback.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition.settings.test")
django.setup()

import socket  # noqa: E402 - the hook below must see Django's own connections not at all

from monitoring.core import clock  # noqa: E402
from monitoring.evidence import http, politeness  # noqa: E402
from monitoring.evidence.reasons import FetchError  # noqa: E402

seen: list[str] = []
stand_in: tuple[str, int] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if address != stand_in:
            seen.append(str(address[0]) if isinstance(address, tuple) else str(address))


def _nothing(host: str, *, pause: float, deadline: float) -> None:
    """No turn to wait for."""


def _nothing_forbidden(origin: str) -> str | None:
    """A robots.txt that allows all."""
    return ""


def _lead_to_stand_in(real: Any) -> Any:
    """`connect` that goes to the stand-in instead, after the hook has seen where it would go."""

    def connect(self: socket.socket, address: tuple[Any, ...]) -> None:
        sys.audit("socket.connect", self, address)
        real(self, stand_in)

    return connect


def main() -> None:
    """Ask every case once; the answers of a name are taken in turn, the last one for ever."""
    global stand_in  # noqa: PLW0603 - known when the parent says it
    told = json.load(sys.stdin)
    stand_in = tuple(told["stand_in"])
    politeness.wait_turn = _nothing  # no database here
    politeness.kept_robots = _nothing_forbidden
    assert clock.now()
    sys.addaudithook(_hook)

    class Led(socket.socket):
        connect = _lead_to_stand_in(socket.socket.connect)

    socket.socket = Led  # type: ignore[misc]  # the seam by which a public address is reached here
    out = []
    for case in told["cases"]:
        turns = {name: list(answers) for name, answers in case["names"].items()}

        def resolver(host: str, port: int, turns: dict[str, Any] = turns) -> list[str]:
            answers = turns.get(host)
            if answers is None:
                return http.resolve(host, port)
            return list(answers.pop(0) if len(answers) > 1 else answers[0])

        seen.clear()
        try:
            http.fetch(case["url"], resolver=resolver, limits=http.Limits(seconds=4, pause=0))
            code = "answered"
        except FetchError as error:
            code = error.code
        out.append({"name": case["name"], "code": code, "connected": list(seen)})
    sys.stdout.write(json.dumps(out))


if __name__ == "__main__":
    main()
