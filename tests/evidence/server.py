"""A real HTTP server on loopback that answers as a test says, well or badly."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handler = BaseHTTPRequestHandler
Route = Callable[[Handler], None]

_hosts = itertools.count(random.randrange(1, 60_000))


def answer(
    body: bytes = b"", status: int = 200, length: int | None = None, **headers: str
) -> Route:
    """Answers always the same; `length` is what Content-Length claims."""

    def route(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return route


class Quiet(ThreadingHTTPServer):
    """A client that goes away in the middle is no news here."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class Site:
    """`routes` by path; `seen` holds (path, headers) of every request. Unknown paths answer 404.

    Every site has a loopback address of its own, since requests to one host are a second apart.
    """

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.quit = threading.Event()
        site = self

        class Own(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                route = site.routes.get(self.path, answer(b"no", 404))
                try:
                    route(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *arguments: Any) -> None:
                pass

        number = next(_hosts) % 60_000
        self.host = f"127.{1 + number // 15_000}.{number // 250 % 250}.{1 + number % 250}"
        self.server = Quiet((self.host, 0), Own)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def url(self, path: str = "/feed") -> str:
        return f"http://{self.host}:{self.port}{path}"

    def asked(self, path: str = "/feed") -> int:
        return sum(seen == path for seen, _ in self.seen)

    def close(self) -> None:
        self.quit.set()
        self.server.shutdown()
        self.server.server_close()
