"""The golden mails as a server gets them: signed, with every header; their links change nothing."""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import dkim as independent
import pytest
from django.db import connection
from django.test import Client

from monitoring.mailing import sending
from tests.digests.golden import golden_mails
from tests.mailing.conftest import Sink, sink  # noqa: F401 - a fixture
from tests.mailing.test_dkim import RSA, dns, pem

pytestmark = pytest.mark.django_db
COVERED = {
    "from", "to", "subject", "date", "message-id", "auto-submitted", "list-id",
    "list-unsubscribe", "list-unsubscribe-post", "feedback-id", "content-type",
    "content-language",
}  # fmt: skip
FETCHING = {"img", "script", "iframe", "link", "object", "video", "form", "base"}
READ_AHEAD = {"core_tokenbucket"}
"""What a reader's clicks may count up: how many pages a network asks for."""


class Remote(HTMLParser):
    """What a mail program would fetch or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Links apart, whatever has an address is fetched."""
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        elif tag in FETCHING or {"src", "background", "srcset"} & values.keys():
            self.fetched.append(tag)
        if "url(" in (values.get("style") or ""):
            self.fetched.append("style")


@pytest.fixture
def taken(sink: Sink, settings: Any, time_machine: Any, operator: Any) -> list[bytes]:  # noqa: F811
    """The three mails, signed and handed to a server."""
    settings.MAIL_DKIM = {"key": pem(RSA), "selector": "s1", "domain": "example.org"}
    settings.DEFAULT_FROM_EMAIL = "news@example.org"
    settings.MAIL_DELIVERY = {**settings.MAIL_DELIVERY, "timeout": 20.0}
    mails = golden_mails(time_machine, operator)
    assert sending.send_due() >= len(mails) == 3
    digests = [raw for to, raw in sink.taken if to[2:] == "@example.org"]
    found = [raw for raw in digests if b"List-Id: <weekly.digest." in raw]
    assert len(found) == 3
    return found


def text_of(message: Message, kind: str) -> str:
    part = next(one for one in message.walk() if one.get_content_type() == f"text/{kind}")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode()


def test_a_server_gets_them_signed_with_every_header_and_nothing_to_fetch(
    taken: list[bytes],
) -> None:
    seen = set()
    for raw in taken:
        assert independent.verify(raw, dnsfunc=dns(RSA))
        assert len(raw) <= 100 * 1024
        message = email.message_from_bytes(raw)
        signature = str(message["DKIM-Signature"])
        named = "".join(signature.partition("h=")[2].partition(";")[0].split()).split(":")
        assert set(named) >= COVERED
        for name in COVERED:
            assert len(message.get_all(name, [])) == 1, name
        to, language = str(message["To"]), str(message["Content-Language"])
        assert to == f"{language}@example.org"
        assert parseaddr(str(message["From"]))[1] == "news@example.org"
        assert parsedate_to_datetime(str(message["Date"])).tzinfo is not None
        assert re.fullmatch(r"<[0-9a-f]{32}@localhost>", str(message["Message-ID"]))
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        press = re.fullmatch(r"<(https?://\S+)>", str(message["List-Unsubscribe"]))
        assert press is not None
        assert len(str(message["Feedback-ID"]).split(":")) == 4
        assert max(map(len, raw.split(b"\r\n"))) < 998
        remote = Remote()
        remote.feed(text_of(message, "html"))
        assert remote.fetched == []
        assert all(one.startswith(("http://", "https://")) for one in remote.links)
        seen.add(language)
    assert seen == {"kk", "ru", "en"}


def every_row() -> Iterator[tuple[str, str]]:
    """Each table with a hash of all its rows."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in READ_AHEAD:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(map(repr, cursor.fetchall()))
            yield table, hashlib.sha256("\n".join(rows).encode()).hexdigest()


def test_a_machine_that_fetches_every_link_changes_no_row_of_any_table(
    taken: list[bytes], client: Client
) -> None:
    links = set()
    for raw in taken:
        message = email.message_from_bytes(raw)
        remote = Remote()
        remote.feed(text_of(message, "html"))
        links |= {*remote.links, str(message["List-Unsubscribe"]).strip("<>")}
        links |= set(re.findall(r"https?://[^\s<>]+", text_of(message, "plain")))
    ours = sorted(one for one in links if one.startswith("http://localhost:8000/"))
    assert len(ours) > 20
    before = dict(every_row())
    for link in ours:
        parts = urlsplit(link)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        assert client.get(path).status_code == 200, path
        assert client.head(path).status_code in {200, 405}, path
    assert dict(every_row()) == before
    assert len(before) > 100
