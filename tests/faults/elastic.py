"""A real Elasticsearch that tests may kill, and a door before it that can be shut."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

START = Path(__file__).resolve().parent.parent.parent / ".ci/elasticsearch/start"


def free_port(span: int = 3) -> int:
    """The first of `span` free ports, those 100 above them free too."""
    for port in range(19300, 19900, span):
        with contextlib.suppress(OSError):
            for number in range(port, port + span):
                for probe in (number, number + 100):
                    with socket.socket() as made:
                        made.bind(("127.0.0.1", probe))
            return port
    raise OSError("no free ports")


def certify(folder: Path) -> None:
    """A key and a certificate of 127.0.0.1 where a node looks for them."""
    place = folder / "node-1/config"
    place.mkdir(parents=True)
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", str(place / "http.key"), "-out", str(place / "http.crt"),
        ],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip


class Server:
    """One node or a cluster in a folder; starting it again keeps its data."""

    def __init__(
        self, folder: Path, nodes: int = 1, *, password: str = "", ssl: bool = False
    ) -> None:
        self.folder, self.nodes, self.port = folder, nodes, free_port(nodes)
        scheme = "https" if ssl else "http"
        self.urls = [f"{scheme}://127.0.0.1:{self.port + number}" for number in range(nodes)]
        self.options = ["--password", password] if password else []
        if ssl:
            certify(folder)
            for line in ("enabled: true", "key: http.key", "certificate: http.crt"):
                name, _, value = line.partition(": ")
                self.options += ["--set", f"xpack.security.http.ssl.{name}={value}"]
        self.start()

    @property
    def ca(self) -> Path:
        """The certificate of a server with `ssl`, which vouches for itself."""
        return self.folder / "node-1/config/http.crt"

    def start(self) -> None:
        command = [str(START), "--port", str(self.port), "--data", str(self.folder)]
        command += ["--nodes", str(self.nodes), "--set", "cluster.info.update.interval=10s"]
        command += self.options
        made = subprocess.run(command, check=True, capture_output=True, text=True, timeout=200)
        self.pids = [int(line.split()[-1]) for line in made.stdout.splitlines()]

    def stop(self) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        subprocess.run(
            [str(START.with_name("stop")), "--data", str(self.folder)], check=True, timeout=60
        )

    def kill(self, node: int = 0) -> None:
        os.kill(self.pids[node], signal.SIGKILL)
        while Path(f"/proc/{self.pids[node]}").exists():
            time.sleep(0.05)

    def freeze(self, node: int = 0) -> None:
        os.kill(self.pids[node], signal.SIGSTOP)

    def thaw(self, node: int = 0) -> None:
        os.kill(self.pids[node], signal.SIGCONT)

    def ask(self, method: str, path: str, body: str = "", *, node: int = 0) -> str:
        request = urllib.request.Request(
            self.urls[node] + path, body.encode() or None, {"Content-Type": "application/json"},
            method=method,
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())


class Door:
    """Passes requests on to a server, or answers as `mode` says: pass, 429, 503, drip, shut."""

    def __init__(self, target: str) -> None:
        host = target.removeprefix("http://")
        door = self
        self.mode = "pass"

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if door.mode == "shut":
                    self.close_connection = True
                    return
                status, kind, body = 429, "application/json", b'{"error":"busy","status":429}'
                if door.mode == "503":  # what a server says of an index that is red
                    status, body = 503, b'{"error":"all shards failed","status":503}'
                elif door.mode != "429":
                    asked = http.client.HTTPConnection(host, timeout=30)
                    asked.request(self.command, self.path, sent, self._passed())
                    got = asked.getresponse()
                    status, kind = got.status, got.headers.get("Content-Type", "text/plain")
                    body = got.read()
                    asked.close()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "HEAD":
                    return
                with contextlib.suppress(OSError):
                    for at in range(0, len(body), 8 if door.mode == "drip" else 1 << 20):
                        self.wfile.write(body[at : at + (8 if door.mode == "drip" else 1 << 20)])
                        if door.mode == "drip":
                            time.sleep(0.2)

            def _passed(self) -> dict[str, str]:
                return {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() in {"content-type", "accept", "authorization"}
                }

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - their names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def say(self, mode: str) -> None:
        self.mode = mode

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
