"""Fourteen sites on loopback with characters of their own, and what a perfect reader would know.

Each site publishes an item every `gap` hours and shows the newest twenty. `badly(hour)` answers
instead when the site has one of its hours. The oracle stands beside the character: until which
hour its items can be read at all, in which state it ends, and why.
"""

from __future__ import annotations

import datetime as dt
import random
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.evidence.server import Handler, Route, Site, answer
from tests.intake.feeds import CAPTCHA, PAGE, item, rss

DAYS = 7
HOURS = DAYS * 24
SHOWN = 20
SUBJECTS = ("бюджет", "мәслихат", "сход", "акимат", "тариф", "выборы", "земля", "дорога", "школа")


@dataclass
class Character:
    """One site: how it behaves, and the oracle."""

    name: str
    gap: int = 5
    badly: Callable[[Character, int], Route | None] | None = None
    shape: Callable[[Character, int, list[int]], bytes] | None = None
    readable_until: int = HOURS
    state: str = "fresh"
    trouble: str = ""
    silent_after: int = HOURS
    start: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def published(self, hour: int) -> list[int]:
        """The hours of the items that stand on the site at an hour, newest first."""
        last = min(hour, self.silent_after)
        return list(range(0, last + 1, self.gap))[::-1][:SHOWN]

    def title(self, number: int) -> str:
        """The title of the item of an hour: no two are alike."""
        return f"{SUBJECTS[number % 9]} {SUBJECTS[number % 7]} № {number}-{self.name} қаулысы"

    def item(self, number: int, **changes: str) -> str:
        """Its mark-up."""
        moment = self.start + dt.timedelta(hours=number)
        said = {"title": self.title(number), "date": format_datetime(moment), **changes}
        return item(number, **said)

    def body(self, hour: int) -> bytes:
        """The feed as it should be at an hour."""
        numbers = self.published(hour)
        if self.shape is not None:
            return self.shape(self, hour, numbers)
        return rss(*(self.item(number) for number in numbers))

    def answer(self, hour: int) -> Route:
        """What the site answers at an hour."""
        bad = self.badly(self, hour) if self.badly else None
        return bad or answer(self.body(hour), Content_Type="text/xml")

    def oracle(self, step: int) -> list[str]:
        """The titles that a perfect reader knows at the end, who looks every `step` hours."""
        looked = min((self.readable_until - 1) // step * step, HOURS)
        if self.readable_until > HOURS - 1:
            looked = HOURS
        last = min(looked, self.silent_after)
        return sorted(self.title(number) for number in range(0, last + 1, self.gap))


Make = Callable[[Character, int], Route]


def always(route: Route) -> Make:
    """The same answer at every hour."""
    return lambda *_: route


def daily(at: int, make: Make) -> Callable[[Character, int], Route | None]:
    """The bad answer once a day, for five days."""
    return lambda site, hour: make(site, hour) if hour % 24 == at and hour < 120 else None


def during(begin: int, end: int, make: Make) -> Callable[[Character, int], Route | None]:
    """The bad answer from hour `begin` until before hour `end`."""
    return lambda site, hour: make(site, hour) if begin <= hour < end else None


def half(site: Character, hour: int) -> Route:
    """Cut in the middle of an item, with a length that fits: nothing of HTTP tells it."""
    body = site.body(hour)
    return answer(body[: len(body) // 2])


def broken_off(site: Character, hour: int) -> Route:
    """Cut, and the length says so."""
    body = site.body(hour)
    return answer(body[: len(body) // 2], length=len(body))


def wrong_letters(site: Character, hour: int) -> Route:
    """UTF-8 that says it is windows-1251."""
    return answer(site.body(hour).replace(b'encoding="UTF-8"', b'encoding="windows-1251"'))


def drip(site: Character, hour: int) -> Route:
    """A byte now and then, without end."""

    def route(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.2)

    return route


def shaken(site: Character, hour: int, numbers: list[int]) -> bytes:
    """Another order each hour, dates of 2099, an id that two items share, one item twice."""
    dice = random.Random(hour)
    items = [
        site.item(n, date="Thu, 01 Jan 2099 00:00:00 +0500", guid=f"urn:{n // 10}") for n in numbers
    ]
    items.append(items[0])
    dice.shuffle(items)
    return rss(*items)


EDITED = 10
EDITED_AT = 72


def edited(site: Character, hour: int, numbers: list[int]) -> bytes:
    """Other clothes each hour; one item really changes at EDITED_AT."""

    def clothes(number: int) -> str:
        title = site.title(number)
        if number == EDITED and hour >= EDITED_AT:
            title = title.replace("қаулысы", "қаулысының күші жойылды")
        return [title, title.upper(), f"  {title}  ", f"«{title}».", title.replace("а", "a")][
            hour % 5
        ]

    return rss(*(site.item(number, title=clothes(number)) for number in numbers))


def characters(start: dt.datetime) -> list[Character]:
    """All of them, with their oracle."""
    found = [
        Character("plain"),
        Character("fives", badly=during(20, 31, always(answer(b"", 500)))),
        Character("later", badly=during(12, 13, always(answer(b"", 429, Retry_After="21600")))),
        Character("expired", readable_until=0, state="broken", trouble="tls"),
        Character("half", badly=daily(6, half)),
        Character("cut", badly=daily(12, broken_off)),
        Character("letters", badly=during(24, 60, wrong_letters)),
        Character("empty", badly=during(120, 999, always(answer(b""))), readable_until=120,
                  state="broken", trouble="blank"),
        Character("captcha", badly=during(96, 999, always(answer(CAPTCHA))),
                  readable_until=96, state="broken", trouble="captcha"),
        Character("markup", badly=during(96, 999, always(answer(PAGE))),
                  readable_until=96, state="broken", trouble="html"),
        Character("shaken", shape=shaken),
        Character("drip", badly=during(48, 55, drip)),
        Character("inward", readable_until=60, state="broken", trouble="private_address"),
        Character("edited", shape=edited),
        Character("silent", gap=4, silent_after=40, state="late"),
    ]  # fmt: skip
    for one in found:
        one.start = start
    return found


def with_expired_certificate(site: Site) -> None:
    """Let a site speak TLS with a certificate that ended a year ago."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, site.host)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=700))
        .not_valid_after(now - dt.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
        context.load_cert_chain(file)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
