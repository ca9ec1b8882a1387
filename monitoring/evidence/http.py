"""The one door out: the only file that talks to other machines over HTTP.

What passes is http or https to public addresses, with a name and a contact, at a guest's pace,
within limits of time, size and compression. A name is resolved once, where the connection is made,
and the connection goes to the very address that was checked: a second answer of the name server
changes nothing, and each hop of a redirect passes the same check.
"""

from __future__ import annotations

import datetime as dt
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from socket import SOCK_STREAM, getaddrinfo
from typing import Any, NoReturn
from urllib.parse import urljoin

import httpcore
import httpx
from django.conf import settings

from monitoring.core import clock
from monitoring.evidence import addresses, politeness
from monitoring.evidence.packing import CHUNK, unpacked
from monitoring.evidence.reasons import FetchError


@dataclass(frozen=True)
class Limits:
    """How much one fetch may cost, redirects and robots.txt included."""

    seconds: float = 60.0
    connect: float = 10.0
    size: int = 20 * 1024 * 1024
    ratio: int = 200  # text packs 5 to 20 times; a bomb 1,000 times
    redirects: int = 5
    pause: float = 1.0  # seconds between two requests to one host
    robots: int = 500 * 1024  # RFC 9309 asks parsers for as much


LIMITS = Limits()
_PACKED_BEFORE_RATIO = 1024 * 1024  # small answers may pack as well as they like
_KEPT_HEADERS = ("content-type", "date", "etag", "last-modified", "server", "content-encoding")

Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Answer:
    """What came back: the unpacked bytes, the address that gave them, the headers worth keeping."""

    url: str
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def unchanged(self) -> bool:
        """Whether the site says that nothing has changed (304)."""
        return self.status == 304


def resolve(host: str, port: int) -> list[str]:
    """The numeric addresses of a name. Raises OSError or UnicodeError."""
    found = getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def user_agent() -> str:
    """Who asks, and whom to write to."""
    about = [f"+{settings.WAGTAILADMIN_BASE_URL}", settings.EVIDENCE_CONTACT]
    return f"{politeness.AGENT}/1.0 ({'; '.join(filter(None, about))})"


def fetch(
    url: str,
    *,
    post: str = "",
    etag: str = "",
    last_modified: str = "",
    ca_bundle: str = "",
    resolver: Resolver | None = None,
    limits: Limits | None = None,
) -> Answer:
    """Ask for an address once, as a polite guest; follow at most five redirects, each checked.

    `post` is JSON that is posted instead of a plain question; such a request is not sent on by a
    redirect. `etag` and `last_modified` make the request conditional; `ca_bundle` names a file in
    `settings.EVIDENCE_CA_DIR` trusted beside the usual authorities; `resolver` is a seam for tests.
    Returns an answer with status 200 or 304.
    Raises FetchError with a code of `reasons.SENTENCES`. Opens no transaction; call it outside one.
    """
    limits = limits or LIMITS
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    trip = _Trip(limits, resolver or resolve, ca_bundle)
    try:
        with trip:
            return trip.go(url, {name: value for name, value in conditions.items() if value}, post)
    except (httpx.TimeoutException, httpcore.TimeoutException) as error:
        raise FetchError("timeout", seconds=round(limits.seconds)) from error
    except (httpx.ConnectError, httpcore.ConnectError) as error:
        certificate = isinstance(_root(error), ssl.SSLError)
        raise FetchError("tls" if certificate else "connect") from error
    except httpcore.RemoteProtocolError as error:
        broke = "peer closed" in str(error) or "disconnected" in str(error)
        raise FetchError("truncated" if broke else "protocol") from error
    except (httpx.NetworkError, httpcore.NetworkError) as error:
        raise FetchError("truncated") from error
    except (httpx.InvalidURL, httpx.HTTPError, httpcore.ProtocolError) as error:
        raise FetchError("protocol") from error


def _root(error: BaseException) -> BaseException:
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    return error


class _Trip:
    """One fetch: a client of its own, a deadline, and the way through robots.txt and redirects."""

    def __init__(self, limits: Limits, resolver: Resolver, ca_bundle: str) -> None:
        self.limits = limits
        self.deadline = time.monotonic() + limits.seconds
        backend = _Backend(resolver, self.deadline, limits.connect)
        self.client = httpx.Client(
            transport=_Transport(_tls(ca_bundle), backend),
            trust_env=False,  # no proxies and no certificates from the environment
            follow_redirects=False,
            timeout=httpx.Timeout(limits.seconds, connect=limits.connect),
            headers={
                "User-Agent": user_agent(),
                "Accept": "application/atom+xml, application/rss+xml, */*;q=0.5",
                "Accept-Encoding": "gzip",
            },
        )

    def __enter__(self) -> _Trip:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def go(self, url: str, conditions: dict[str, str], post: str = "") -> Answer:
        for _ in range(self.limits.redirects + 1):
            robots = self.robots_of(url)
            if not politeness.allowed(robots, url):
                raise FetchError("robots")
            pause = politeness.pause_of(robots, self.limits.pause)
            answer, onward = self.ask(
                url, conditions, pause=pause, size=self.limits.size, post=post
            )
            if onward is None or post:
                if answer.status in {200, 304}:
                    return answer
                _refuse(answer)
            url = onward
        raise FetchError("too_many_redirects", limit=self.limits.redirects)

    def robots_of(self, url: str) -> str:
        """The origin's robots.txt, kept for a day. None there (4xx) allows all; RFC 9309, 2.3.1."""
        parts = addresses.checked(url, allow_loopback=settings.EVIDENCE_ALLOW_LOOPBACK)
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        kept = politeness.kept_robots(origin)
        if kept is not None:
            return kept
        target: str | None = f"{origin}/robots.txt"
        text = ""
        for _ in range(self.limits.redirects + 1):
            assert target is not None
            try:
                answer, target = self.ask(
                    target, {}, pause=self.limits.pause, size=self.limits.robots
                )
            except FetchError as error:
                if error.code != "too_big":
                    raise
                break  # half a megabyte of rules: none that we could keep
            if target is None:
                if answer.status >= 500 or answer.status == 429:
                    raise FetchError("robots_unreachable", status=answer.status)
                text = answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
                break
        politeness.keep_robots(origin, text)
        return text

    def ask(
        self, url: str, headers: dict[str, str], *, pause: float, size: int, post: str = ""
    ) -> tuple[Answer, str | None]:
        """One request: its answer and, for a redirect, the next address."""
        parts = addresses.checked(url, allow_loopback=settings.EVIDENCE_ALLOW_LOOPBACK)
        politeness.wait_turn(parts.hostname or "", pause=pause, deadline=self.deadline)
        if post:
            headers = {**headers, "Content-Type": "application/json", "Accept": "application/json"}
        method, content = ("POST", post.encode()) if post else ("GET", None)
        with self.client.stream(method, url, headers=headers, content=content) as reply:
            kept = {
                name: reply.headers[name][:500]
                for name in (*_KEPT_HEADERS, "retry-after")
                if name in reply.headers
            }
            if reply.status_code in {301, 302, 303, 307, 308} and "location" in reply.headers:
                onward = urljoin(url, reply.headers["location"])
                return Answer(url, reply.status_code, headers=kept), onward
            body = b""
            if reply.status_code == 200:
                packed = reply.iter_raw(CHUNK)
                encoding = reply.headers.get("content-encoding", "")
                body = self.read(packed, encoding.strip().lower(), size)
            return Answer(url, reply.status_code, body, kept), None

    def read(self, chunks: Iterable[bytes], encoding: str, size: int) -> bytes:
        """Unpack a stream piece by piece; stop at the first sign of too much."""
        body = bytearray()
        came = 0
        for piece in unpacked(chunks, encoding):
            came += piece.came
            body += piece.data
            if len(body) > _PACKED_BEFORE_RATIO and len(body) > self.limits.ratio * came:
                raise FetchError("bomb")
            if len(body) > size:
                raise FetchError("too_big", megabytes=round(size / 1024 / 1024, 1))
            if time.monotonic() > self.deadline:
                raise FetchError("timeout", seconds=round(self.limits.seconds))
        return bytes(body)


def _refuse(answer: Answer) -> NoReturn:
    """Turn a status that is no success into its reason. Raises FetchError always."""
    status = answer.status
    wait = _retry_after(answer.headers.get("retry-after", ""))
    named = {404: "not_found", 410: "gone", 401: "forbidden", 403: "forbidden", 429: "retry_later"}
    code = named.get(status, "server_error" if status >= 500 else "http_error")
    if status == 503 and wait is not None:
        code = "retry_later"
    raise FetchError(code, status=status, wait=wait)


def _retry_after(value: str) -> float | None:
    """Seconds of a Retry-After header: a number or a date (RFC 9110, 10.2.3); at most a week."""
    if not value:
        return None
    try:
        if value.strip().isascii() and value.strip().isdigit():
            seconds = float(value)
        else:
            when = parsedate_to_datetime(value)
            if when.tzinfo is None:
                when = when.replace(tzinfo=dt.UTC)
            seconds = (when - clock.now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), 7 * 86_400.0)


def _tls(ca_bundle: str) -> ssl.SSLContext:
    """The usual authorities, and the extra certificates of a source whose own chain is broken."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_bundle:
        try:
            context.load_verify_locations(Path(settings.EVIDENCE_CA_DIR) / Path(ca_bundle).name)
        except (OSError, ssl.SSLError) as error:
            raise FetchError("ca_bundle", name=ca_bundle) from error
    return context


class _Transport(httpx.BaseTransport):
    """httpx over a pool of ours: the only way to say how it connects."""

    def __init__(self, tls: ssl.SSLContext, backend: httpcore.NetworkBackend) -> None:
        self.pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=4, network_backend=backend
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        reply = self.pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(reply.status, headers=reply.headers, stream=_Body(reply))

    def close(self) -> None:
        self.pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, reply: httpcore.Response) -> None:
        self.reply = reply

    def __iter__(self) -> Iterator[bytes]:
        yield from self.reply.iter_stream()

    def close(self) -> None:
        self.reply.close()


class _Backend(httpcore.NetworkBackend):
    """Checks where a name leads, and connects to what it checked."""

    def __init__(self, resolver: Resolver, deadline: float, connect: float) -> None:
        self.resolver = resolver
        self.deadline = deadline
        self.connect = connect
        self.plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = self.addresses_of(host, port)
        for address in found:
            # One private address among public ones is a trap, not a mistake.
            if not addresses.is_public(address, allow_loopback=settings.EVIDENCE_ALLOW_LOOPBACK):
                raise FetchError("private_address", address=f"{host} ({address})")
        refused: Exception = httpcore.ConnectError("no address")
        for address in found[:3]:
            left = min(self.connect, max(self.deadline - time.monotonic(), 0.01))
            try:
                return _TimedStream(self.plain.connect_tcp(address, port, left), self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refused = error
        raise refused

    def addresses_of(self, host: str, port: int) -> list[str]:
        """Resolve with a limit of time, which `getaddrinfo` has not: a thread is left behind."""
        answers: list[list[str]] = []

        def ask() -> None:
            try:
                answers.append(self.resolver(host, port))
            except (OSError, UnicodeError):
                answers.append([])

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(min(self.connect, max(self.deadline - time.monotonic(), 0.01)))
        if not answers or not answers[0]:
            raise FetchError("dns")
        return answers[0]


class _TimedStream(httpcore.NetworkStream):
    """A connection that ends at the deadline, also against a site that drips byte by byte."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self.inner = inner
        self.deadline = deadline

    def left(self, timeout: float | None) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, self.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, self.left(timeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        tls = self.inner.start_tls(ssl_context, server_hostname, self.left(timeout))
        return _TimedStream(tls, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)
