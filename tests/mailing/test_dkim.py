"""Signatures are read by a library that did not make them."""

from __future__ import annotations

import base64
import email
from typing import Any

import dkim as independent
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.core.mail import EmailMessage

from monitoring.mailing import checks, dkim, sending
from monitoring.mailing.models import OutgoingMail
from tests.factories.mailing import queued
from tests.mailing.conftest import Sink

UNSUBSCRIBE = {
    "List-Id": "<digest.example.org>",
    "List-Unsubscribe": "<https://example.org/kk/" + "x" * 90 + "/>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "Feedback-ID": "digest:example",
}
RSA = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()


def pem(key: Any) -> str:
    return str(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
    )


def dns(key: Any) -> Any:
    if isinstance(key, rsa.RSAPrivateKey):
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        kind = b"rsa"
    else:
        public = key.public_key().public_bytes_raw()
        kind = b"ed25519"
    record = b"v=DKIM1; k=" + kind + b"; p=" + base64.b64encode(public)
    return lambda name, **_: record if name == b"s1._domainkey.example.org." else b""


@pytest.fixture(params=["rsa"])
def key(request: Any, settings: Any) -> Any:
    made = RSA if request.param == "rsa" else ED
    settings.MAIL_DKIM = {"key": pem(made), "selector": "s1", "domain": "example.org"}
    settings.DEFAULT_FROM_EMAIL = "news@example.org"
    return made


@pytest.mark.django_db
def test_what_the_server_takes_is_signed_over_the_headers_of_one_press(
    sink: Sink, key: Any
) -> None:
    row = queued(headers=UNSUBSCRIBE, language="ru")
    assert sending.send_due() == 1
    ((_to, raw),) = sink.taken
    assert raw == bytes(row.raw or b"")
    assert independent.verify(raw, dnsfunc=dns(key))
    signature = str(email.message_from_bytes(raw)["DKIM-Signature"])
    named = "".join(signature.partition("h=")[2].partition(";")[0].split()).split(":")
    for name in ("from", "subject", "message-id", "list-unsubscribe", "list-unsubscribe-post"):
        assert name in named
    assert len(max(raw.split(b"\r\n\r\n")[0].split(b"\r\n"), key=len)) < 998
    for broken in (
        raw.replace(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        raw.replace(b"List-Unsubscribe: <https", b"List-Unsubscribe: <http"),
        raw.replace(b"From: ", b"From: Somebody else <x@example.org>\r\nFrom: ", 1),
        raw.replace(b"Subject: ", b"Subject: buy\r\nSubject: ", 1),
        raw[:-30] + b"A" + raw[-29:],
    ):
        assert broken != raw
        assert not independent.verify(broken, dnsfunc=dns(key))


@pytest.mark.django_db
def test_mail_of_django_is_signed_and_a_relay_that_signs_is_left_to_it(
    key: Any, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "monitoring.mailing.backend.OutboxBackend"
    EmailMessage("Тақырып", "мәтін\n\n\n", to=["c@example.org"]).send()
    assert independent.verify(bytes(OutgoingMail.objects.get().raw or b""), dnsfunc=dns(key))
    settings.MAIL_SIGNED_BY_RELAY = True
    assert b"DKIM-Signature" not in bytes(queued().raw or b"")


@pytest.mark.parametrize(
    "body",
    [b"", b"\r\n", b"one  two\t \r\n\r\n\r\n", b"no line end", b" \r\nx \r\n . \r\n"],
    ids=["nothing", "a line", "white space", "no end", "dots"],
)
@pytest.mark.parametrize("made", [RSA, ED], ids=["rsa", "ed25519"])
def test_any_body_is_signed_as_the_library_reads_it(body: bytes, made: Any) -> None:
    raw = (
        b"From: a@example.org\r\nSubject:  folded\r\n\there \r\nTO: b@example.org\r\n"
        b"X-Other: 1\r\n\r\n" + body
    )
    config = {"key": pem(made), "selector": "s1", "domain": "example.org"}
    signed = dkim.sign(raw, config=config, at=1_790_000_000)
    assert signed == dkim.sign(raw, config=config, at=1_790_000_000)
    assert signed.endswith(raw)
    if made is RSA:  # the library wants another package for Ed25519
        assert independent.verify(signed, dnsfunc=dns(made))


def test_a_check_says_when_nobody_signs_and_when_the_key_is_none(settings: Any) -> None:
    settings.MAIL_DKIM = {"key": "", "selector": "", "domain": "example.org"}
    assert [one.id for one in checks.deployment()] == ["mailing.W001"]
    settings.MAIL_SIGNED_BY_RELAY = True
    assert checks.deployment() == []
    settings.MAIL_DELIVERY = {"kind": "smtp", "host": "a.kz", "use_tls": False, "use_ssl": False}
    assert [one.id for one in checks.deployment()] == ["mailing.W002"]
    settings.MAIL_DKIM = {"key": "no key", "selector": "s1", "domain": "example.org"}
    settings.MAIL_PER_MINUTE = ["many"]
    assert [one.id for one in checks.configuration()] == ["mailing.E001", "mailing.E002"]
